import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { CommandsView } from '../../../api/schemas/screen.ts';
import { get } from '../../service/client.ts';
import { Failure, Loading } from '../../shared/feedback.tsx';
import classes from './why-this.module.css';

/** Exactly what would be sent to the network, step by step; asked for when it is opened. */
export function Preview({ id }: { readonly id: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <section aria-label="Preview">
      <details className={classes.details} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary data-testid="preview">Preview: what would be sent to the network</summary>
        {isOpen && <Commands id={id} />}
      </details>
    </section>
  );
}

function Commands({ id }: { readonly id: string }) {
  const { data, error } = useQuery({
    queryKey: ['reroutes', id, 'commands'],
    queryFn: ({ signal }) => get<CommandsView>(`/reroutes/${encodeURIComponent(id)}/commands`, { signal }),
  });
  if (error) return <Failure error={error} />;
  if (!data) return <Loading what="the commands" />;
  return (
    <div data-testid="commands">
      <p className="dim">
        By {data.actuator}
        {!data.changesNetwork && ', which changes nothing: for those who carry it out'}.
      </p>
      <ol className={classes.commands}>
        {data.steps.map(({ summary, commands }) => (
          <li key={summary}>
            {summary}
            {commands.map(({ target, lines }) => (
              <pre key={target}>{`${target}\n${lines.map((line) => `  ${line}`).join('\n')}`}</pre>
            ))}
          </li>
        ))}
      </ol>
    </div>
  );
}
