import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { GuardrailsView } from '../../../api/schemas/screen.ts';
import { guardrailsQuery } from '../../service/guardrails.ts';
import { Age } from '../../shared/age.tsx';
import { Failure, Loading } from '../../shared/feedback.tsx';
import { Needs } from '../../shared/needs.tsx';
import { useNow } from '../../shared/use-now.ts';
import { ChangeList } from './change-list.tsx';
import classes from './control.module.css';
import { GuardrailForm } from './guardrail-form.tsx';
import { changesOf, GROUPS, type Settings, settingsOf, TITLES, wordsOf } from './guardrail-words.ts';

/** What was set last on this screen, for who set it. */
interface Confirmed {
  readonly before: Settings;
  readonly after: GuardrailsView;
}

/** What changes are held to, in words; admins change it here. */
export function GuardrailsPart() {
  const { data, error, refetch } = useQuery(guardrailsQuery);
  const [isEditing, setEditing] = useState(false);
  const [confirmed, setConfirmed] = useState<Confirmed | null>(null);
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Loading what="guardrails" />;
  if (isEditing) {
    return (
      <GuardrailForm
        view={data}
        close={() => setEditing(false)}
        done={(before, after) => {
          setConfirmed({ before, after });
          setEditing(false);
        }}
      />
    );
  }
  return (
    <div className={classes.wide} data-testid="guardrails">
      {confirmed && <Confirmation {...confirmed} />}
      <KillSwitch view={data} />
      <div className={classes.groups}>
        {GROUPS.map(({ title, names }) => (
          <section key={title} className={classes.section} aria-label={title}>
            <h2>{title}</h2>
            <dl className={classes.rules}>
              {names.map((name) => (
                <Rule key={name} view={data} name={name} />
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className={classes.foot}>
        <Needs needed="admin" what="To change them">
          <Button size="xs" variant="default" onClick={() => setEditing(true)} data-testid="edit-guardrails">
            Change…
          </Button>
        </Needs>
        <Link href="/control?part=audit&subject=guardrails">Who changed them</Link>
      </p>
    </div>
  );
}

function Rule({ view, name }: { readonly view: GuardrailsView; readonly name: keyof Settings }) {
  const nowMs = useNow();
  return (
    <div>
      <dt>{TITLES[name]}</dt>
      <dd>{wordsOf(name, view[name], view, nowMs)}</dd>
    </div>
  );
}

function KillSwitch({ view: { killSwitch, actuator } }: { readonly view: GuardrailsView }) {
  if (killSwitch) {
    return (
      <p className={classes.stopped} role="status">
        All automatic changes are stopped since <Age atMs={killSwitch.atMs} suffix="" />, by {killSwitch.by}:{' '}
        {killSwitch.reason}
      </p>
    );
  }
  return (
    <p className="dim">
      Changes are carried out by {actuator === 'none' ? 'nobody: Detour proposes' : `the actuator ${actuator}`}.
    </p>
  );
}

function Confirmation({ before, after }: Confirmed) {
  return (
    <div className={classes.confirmed} role="status" data-testid="guardrails-set">
      <b>Set.</b>
      <ChangeList before={before} changes={changesOf(before, settingsOf(after))} about={after} />
    </div>
  );
}
