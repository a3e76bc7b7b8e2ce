import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { GuardrailsView } from '../../../api/schemas/screen.ts';
import { useLive } from '../../live/use-live.ts';
import { put } from '../../service/client.ts';
import { guardrailsQuery } from '../../service/guardrails.ts';
import { ChangeList } from './change-list.tsx';
import classes from './control.module.css';
import { GuardrailFields } from './guardrail-fields.tsx';
import { changesOf, type Settings, settingsOf } from './guardrail-words.ts';

const LONGEST_REASON = 500;

interface Props {
  readonly view: GuardrailsView;
  readonly close: () => void;
  readonly done: (before: Settings, after: GuardrailsView) => void;
}

/** Changes guardrails: what would be different is said before it is set, and only that is sent. */
export function GuardrailForm({ view, close, done }: Props) {
  const client = useQueryClient();
  const isLive = useLive(({ phase }) => phase === 'live');
  // As they were when the form was opened: what others set meanwhile is not taken back.
  const [before] = useState(() => settingsOf(view));
  const [draft, setDraft] = useState(before);
  const [reason, setReason] = useState('');
  const changes = changesOf(before, draft);
  const isReady = Object.keys(changes).length > 0 && isWhole(draft) && reason.trim() !== '';
  const set = useMutation({
    mutationFn: () => put<GuardrailsView>('/guardrails', { ...changes, reason: reason.trim() }),
    onSuccess: (answer) => {
      client.setQueryData(guardrailsQuery.queryKey, answer);
      done(before, answer);
    },
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) set.mutate();
  };
  return (
    <form className={`${classes.narrow} ${classes.form}`} onSubmit={onSubmit} data-testid="guardrail-form">
      <GuardrailFields draft={draft} configured={view.configured} change={(part) => setDraft({ ...draft, ...part })} />
      <section className={classes.section} aria-labelledby="changes">
        <h2 id="changes">What will be different</h2>
        {Object.keys(changes).length === 0 ? (
          <p className="dim">Nothing yet.</p>
        ) : (
          <ChangeList before={before} changes={changes} about={view} />
        )}
      </section>
      <TextInput
        size="xs"
        label="Reason"
        description="For those who come after; it stands in the audit."
        required
        maxLength={LONGEST_REASON}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {set.error && (
        <p role="alert" className={classes.bad}>
          {set.error.message}
        </p>
      )}
      <div className={classes.buttons}>
        <Button type="submit" disabled={!isReady || !isLive} loading={set.isPending} data-testid="set-guardrails">
          Set
        </Button>
        <Button variant="default" onClick={close}>
          Leave them as they are
        </Button>
      </div>
    </form>
  );
}

/** Every window ends after it begins, and every scope has links. */
function isWhole({ freezeWindows, changeWindows, scopes }: Settings): boolean {
  const isForward = [...freezeWindows, ...changeWindows].every(({ fromMs, toMs }) => toMs > fromMs);
  return isForward && scopes.every(({ links }) => links.length > 0);
}
