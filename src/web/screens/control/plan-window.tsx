import { Button, MultiSelect, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useMemo, useState } from 'react';
import { useLive } from '../../live/use-live.ts';
import { post } from '../../service/client.ts';
import { networkQuery } from '../../service/queries.ts';
import { readIds, writeIds } from '../../shared/ids-text.ts';
import { Needs } from '../../shared/needs.tsx';
import { useUrlState } from '../../shared/url-state.ts';
import classes from './control.module.css';
import { DrainPreview } from './drain-preview.tsx';
import { fromLocalText, soon, toLocalText } from './local-time.ts';
import { targetOptions, targetsOf } from './targets.ts';

const USUAL_MS = 2 * 3_600_000;
const MOST_TARGETS = 200;
const LONGEST_REASON = 500;

/** Plans a drain: what, when, why, and before that what would happen. What is chosen stands in the address. */
export function PlanWindow() {
  const [parameters, change] = useUrlState();
  const text = parameters.get('drain');
  const chosen = useMemo(() => readIds(text), [text]);
  return (
    <section className={classes.section} aria-labelledby="plan-window">
      <h2 id="plan-window">Plan a window</h2>
      <TargetSelect chosen={chosen} change={(values) => change({ drain: writeIds(values) })} />
      <DrainPreview chosen={chosen} />
      <Needs needed="approver" what="To plan a window">
        <WindowForm chosen={chosen} done={() => change({ drain: null })} />
      </Needs>
    </section>
  );
}

interface SelectProps {
  readonly chosen: readonly string[];
  readonly change: (values: readonly string[]) => void;
}

function TargetSelect({ chosen, change }: SelectProps) {
  const { data: network } = useQuery(networkQuery);
  const options = useMemo(() => (network ? targetOptions(network) : []), [network]);
  const known = useMemo(() => new Set(options.flatMap(({ items }) => items.map(({ value }) => value))), [options]);
  return (
    <MultiSelect
      size="xs"
      label="What is worked on"
      placeholder={chosen.length === 0 ? 'Links, nodes or risk groups' : ''}
      data={options}
      // What the address names and the network has not would have no name.
      value={chosen.filter((each) => known.has(each))}
      onChange={change}
      maxValues={MOST_TARGETS}
      limit={12}
      searchable
      clearable
      nothingFoundMessage="Nothing has that name"
    />
  );
}

interface FormProps {
  readonly chosen: readonly string[];
  readonly done: () => void;
}

function WindowForm({ chosen, done }: FormProps) {
  const client = useQueryClient();
  const isLive = useLive(({ phase }) => phase === 'live');
  const [from, setFrom] = useState(() => toLocalText(soon(Date.now())));
  const [to, setTo] = useState(() => toLocalText(soon(Date.now()) + USUAL_MS));
  const [reason, setReason] = useState('');
  const [fromMs, toMs] = [fromLocalText(from), fromLocalText(to)];
  const isBackwards = fromMs !== null && toMs !== null && toMs <= fromMs;
  const isReady = chosen.length > 0 && fromMs !== null && toMs !== null && !isBackwards && reason.trim() !== '';
  const plan = useMutation({
    mutationFn: () => post('/maintenance', { ...targetsOf(chosen), fromMs, toMs, reason: reason.trim() }),
    onSuccess: () => {
      setReason('');
      done();
      void client.invalidateQueries({ queryKey: ['maintenance'] });
      notifications.show({ message: 'The window is planned: it begins and ends by itself', color: 'teal' });
    },
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) plan.mutate();
  };
  return (
    <form className={classes.form} onSubmit={onSubmit}>
      <div className={classes.pair}>
        <TextInput
          size="xs"
          type="datetime-local"
          label="From"
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          size="xs"
          type="datetime-local"
          label="To"
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
          error={isBackwards && 'must be later than the beginning'}
        />
      </div>
      <TextInput
        size="xs"
        label="Reason"
        description="Who plans it has approved its moves. The stop switch and freeze windows hold them back all the same."
        required
        maxLength={LONGEST_REASON}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {plan.error && (
        <p role="alert" className={classes.bad}>
          {plan.error.message}
        </p>
      )}
      <div>
        <Button
          size="sm"
          type="submit"
          disabled={!isReady || !isLive}
          loading={plan.isPending}
          data-testid="plan-window"
        >
          Plan it
        </Button>
      </div>
    </form>
  );
}
