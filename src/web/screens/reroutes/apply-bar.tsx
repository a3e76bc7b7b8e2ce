import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ProposalView } from '../../../api/schemas/screen.ts';
import { useLive } from '../../live/use-live.ts';
import { post } from '../../service/client.ts';
import { plural } from '../../shared/format.ts';
import { Needs } from '../../shared/needs.tsx';
import classes from './proposal-panel.module.css';
import { Withdraw } from './withdraw.tsx';

/** The decision. There is a button only for what the service can do here. */
export function ApplyBar({ proposal }: { readonly proposal: ProposalView }) {
  const changesNetwork = useLive(({ status }) => status?.changesNetwork ?? false);
  const isLive = useLive(({ phase }) => phase === 'live');
  const approve = useDecision(proposal.id, 'approve', () => 'Approved');
  const apply = useDecision(proposal.id, 'apply', ({ moves }) => `${plural(moves.length, 'demand')} moved`);
  const waits = proposal.status === 'proposed' || proposal.status === 'approved';
  const mayApply = changesNetwork && waits && proposal.kind === 'reroute';
  const withdrawal = withdrawalOf(proposal, waits);
  if (!mayApply && withdrawal === null) return null;
  const error = apply.error ?? approve.error;
  return (
    <div className={classes.apply}>
      {mayApply && (
        <Needs needed="approver" what="To approve or apply it">
          <Button onClick={() => apply.mutate()} loading={apply.isPending} disabled={!isLive} data-testid="apply">
            Apply
          </Button>
          {proposal.status === 'proposed' && (
            <Button
              variant="default"
              onClick={() => approve.mutate()}
              loading={approve.isPending}
              disabled={!isLive}
              data-testid="approve"
            >
              Approve
            </Button>
          )}
        </Needs>
      )}
      {withdrawal && <Withdraw key={withdrawal} id={proposal.id} action={withdrawal} disabled={!isLive} />}
      {error && (
        <span role="alert" className={classes.bad}>
          {error.message}
        </span>
      )}
      {!isLive && <span className="dim">Not while the connection is lost.</span>}
      {!changesNetwork && <span className="dim">Detour changes nothing in this network: it proposes.</span>}
    </div>
  );
}

function useDecision(id: string, action: 'approve' | 'apply', done: (proposal: ProposalView) => string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => post<ProposalView>(`/reroutes/${encodeURIComponent(id)}/${action}`),
    onSuccess: (proposal) => {
      void client.invalidateQueries({ queryKey: ['reroutes'] });
      notifications.show({ message: done(proposal), color: 'teal' });
    },
  });
}

/** What can be taken back of it: what is in the network or on its way, or the proposal itself. */
function withdrawalOf(
  { status, appliedAtMs, closedAtMs }: ProposalView,
  waits: boolean,
): 'rollback' | 'dismiss' | null {
  if (closedAtMs !== null) return null;
  if (appliedAtMs !== null || status === 'applying') return 'rollback';
  return waits ? 'dismiss' : null;
}
