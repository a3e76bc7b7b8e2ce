import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Proposal } from '../../../api/schemas/screen.ts';
import { useLive } from '../../live/use-live.ts';
import { post } from '../../service/client.ts';
import { plural } from '../../shared/format.ts';
import classes from './proposal-panel.module.css';
import { Withdraw } from './withdraw.tsx';

/** The decision. There is a button only for what the service can do: changes are made in simulated networks only. */
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
  const mayApply = simulated && ['proposed', 'approved'].includes(proposal.status) && proposal.kind === 'reroute';
  const withdrawal = withdrawalOf(proposal, simulated);
  if (!mayApply && withdrawal === null) return null;
  return (
    <div className={classes.apply}>
      {mayApply && (
        <Button onClick={() => apply.mutate()} loading={apply.isPending} disabled={!isLive} data-testid="apply">
          Apply
        </Button>
      )}
      {withdrawal && <Withdraw key={withdrawal} id={proposal.id} action={withdrawal} disabled={!isLive} />}
      {apply.error && (
        <span role="alert" className={classes.bad}>
          {apply.error.message}
        </span>
      )}
      {!isLive && <span className="dim">Not while the connection is lost.</span>}
      {!simulated && <span className="dim">This network is real: Detour proposes and changes nothing.</span>}
    </div>
  );
}

/** What can be taken back of it: what was applied, or the proposal itself. */
function withdrawalOf(
  { status, appliedAtMs, closedAtMs }: Proposal,
  simulated: boolean,
): 'rollback' | 'dismiss' | null {
  if (closedAtMs !== null) return null;
  if (appliedAtMs !== null) return simulated ? 'rollback' : null;
  return status === 'proposed' || status === 'approved' ? 'dismiss' : null;
}
