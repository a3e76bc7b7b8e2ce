import { DetourError } from '../core/errors.ts';
import type { Transition } from '../store/store.ts';
import { buildTwin } from '../twin/twin.ts';
import { Board } from './board.ts';
import { assessLinks } from './condition.ts';
import type { CycleDeps } from './cycle-deps.ts';
import { movesHold } from './lifecycle.ts';
import { proposalEvent } from './plan-events.ts';
import { OPEN_STATUSES, type Proposal, type Tunnel } from './proposal.ts';
import { takeSnapshot } from './snapshot.ts';
import { ON_REQUEST } from './stability/closed.ts';

/**
 * Brings a proposed reroute into the network, after a last look whether its moves still hold. Answers the proposal
 * as it stands then. Rejects with NOT_FOUND, CONFLICT (not proposed, nothing to apply, does not hold any more) or
 * NOT_SIMULATED.
 */
export async function applyProposal(deps: CycleDeps, id: string): Promise<Proposal> {
  const proposal = await existing(deps, id);
  if (proposal.status !== 'proposed') throw conflict(proposal, `it is ${proposal.status}`);
  if (proposal.kind !== 'reroute') throw conflict(proposal, 'it has no moves: there is no safe alternative');
  await refuseUnlessHolding(deps, proposal);
  const atMs = deps.clock.nowMs();
  const applied: Proposal = { ...proposal, status: 'applied', appliedAtMs: atMs, updatedAtMs: atMs };
  const wanted = tunnelsOf(proposal);
  const removeTunnels = (await demandsTunnelledBy(deps, id)).filter(
    (demand) => !wanted.some((one) => one.demand === demand),
  );
  return change(deps, proposal, applied, ['proposed'], wanted, removeTunnels, atMs);
}

/**
 * Takes a proposal back, or dismisses it where nothing of it is in the network: its tunnels go, and the same cause is
 * left alone until it ends. `reason` is what the person says. Rejects with NOT_FOUND or CONFLICT (closed already).
 */
export async function rollBackProposal(deps: CycleDeps, id: string, reason: string | null = null): Promise<Proposal> {
  const proposal = await existing(deps, id);
  if (!OPEN_STATUSES.includes(proposal.status)) throw conflict(proposal, `it is ${proposal.status}`);
  const atMs = deps.clock.nowMs();
  const removeTunnels = await demandsTunnelledBy(deps, id);
  const closed: Proposal = {
    ...proposal,
    status: removeTunnels.length > 0 ? 'rolled-back' : 'expired',
    updatedAtMs: atMs,
    closedAtMs: atMs,
    closedReason: `${ON_REQUEST}: ${removeTunnels.length > 0 ? 'traffic returned to the IGP' : 'dismissed'}${reason === null ? '' : ` (${reason})`}`,
  };
  return change(deps, proposal, closed, OPEN_STATUSES, [], removeTunnels, atMs);
}

export function tunnelsOf(proposal: Proposal): Tunnel[] {
  return proposal.moves.map(({ demand, source, target, to }) => ({
    demand,
    source,
    target,
    paths: to,
    proposalId: proposal.id,
  }));
}

async function existing({ store }: CycleDeps, id: string): Promise<Proposal> {
  const proposal = await store.plans.proposal(id);
  if (!proposal) throw new DetourError('NOT_FOUND', `there is no proposal ${id}`, { field: 'id', value: id });
  return proposal;
}

function conflict(proposal: Proposal, why: string): DetourError {
  return new DetourError('CONFLICT', `proposal ${proposal.id} cannot be changed: ${why}`, {
    field: 'status',
    value: proposal.status,
    hint: 'read it again: the next plan may have revised it',
  });
}

async function refuseUnlessHolding(deps: CycleDeps, proposal: Proposal): Promise<void> {
  const input = await takeSnapshot(deps);
  const { limits } = deps;
  const twin = buildTwin({
    network: deps.network.network,
    states: input.links,
    demands: input.demands.demands,
    tunnels: input.tunnels,
  });
  const condition = assessLinks(deps.network, twin, limits.utilisationLimit);
  if (!movesHold({ board: new Board(twin), condition, limits }, proposal))
    throw conflict(proposal, 'its moves do not hold any more: a new path is not healthy or has no room');
}

async function demandsTunnelledBy({ store }: CycleDeps, id: string): Promise<string[]> {
  const { tunnels } = await store.traffic.tunnels();
  return tunnels.filter((tunnel) => tunnel.proposalId === id).map((tunnel) => tunnel.demand);
}

async function change(
  deps: CycleDeps,
  before: Proposal,
  after: Proposal,
  from: Transition['from'],
  setTunnels: readonly Tunnel[],
  removeTunnels: readonly string[],
  atMs: number,
): Promise<Proposal> {
  const { id: proposalId, revision } = before;
  const events = [proposalEvent(after, atMs)];
  const transition = { proposalId, from, revision, proposal: after, setTunnels, removeTunnels, events };
  const touchesNetwork = setTunnels.length > 0 || removeTunnels.length > 0;
  // What is only a decision needs nobody who could carry it out: a proposal can be dismissed in any network.
  const done = await (touchesNetwork ? deps.actuator.actuate(transition) : deps.store.plans.transition(transition));
  if (!done.changed) throw conflict(done.proposal ?? before, 'it was changed by someone else in the meantime');
  return done.proposal ?? after;
}
