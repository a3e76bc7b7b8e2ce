import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Proposal } from '../../../api/schemas/screen.ts';
import { useLive } from '../../live/use-live.ts';
import { post } from '../../service/client.ts';
import { plural } from '../../shared/format.ts';
import classes from './proposal-panel.module.css';

/** The decision. There is a button only for what the service can do: applying in a simulated network. */
export function ApplyBar({ proposal }: { readonly proposal: Proposal }) {
  const simulated = useLive(({ status }) => status?.simulated ?? false);
  const isLive = useLive(({ phase }) => phase === 'live');
  const client = useQueryClient();
  const apply = useMutation({
    mutationFn: () => post<Proposal>(`/reroutes/${encodeURIComponent(proposal.id)}/apply`),
    onSuccess: (applied) => {
      void client.invalidateQueries({ queryKey: ['reroutes'] });
      notifications.show({ message: `${plural(applied.moves.length, 'demand')} moved`, color: 'teal' });
    },
  });
  if (proposal.status !== 'proposed' || proposal.kind !== 'reroute') return null;
  if (!simulated)
    return (
      <div className={classes.apply}>
        <span className="dim">This network is real: Detour proposes and changes nothing.</span>
      </div>
    );
  return (
    <div className={classes.apply}>
      <Button onClick={() => apply.mutate()} loading={apply.isPending} disabled={!isLive} data-testid="apply">
        Apply
      </Button>
      {apply.error && (
        <span role="alert" className={classes.bad}>
          {apply.error.message}
        </span>
      )}
      {!isLive && <span className="dim">Not while the connection is lost.</span>}
    </div>
  );
}
