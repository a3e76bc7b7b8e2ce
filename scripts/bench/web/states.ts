import type { ArcState, HealthState, LinkState } from '../../../src/health/link-state.ts';
import type { NewEvent } from '../../../src/store/events.ts';
import type { Link } from '../../../topology/model.ts';

/** Utilisation (0..1) of both directions. */
export interface Use {
  readonly az: number;
  readonly za: number;
}

/** No link grows stale while it is measured. */
const INTERVAL_MS = 600_000;

export function randomUse(): Use {
  return { az: Math.random() * 0.9, za: Math.random() * 0.9 };
}

/** What a scorer would write about this link. */
export function linkState(link: Link, use: Use, state: HealthState, atMs: number): LinkState {
  const end = { adminStatus: 'up' as const, operStatus: 'up' as const, atMs, receivedAtMs: atMs };
  return {
    linkId: link.id,
    state,
    score: state === 'healthy' ? 100 : 0,
    sinceMs: atMs,
    atMs,
    receivedAtMs: atMs,
    intervalMs: INTERVAL_MS,
    adminDown: false,
    parts: [],
    arcs: { az: arcState(link, use.az), za: arcState(link, use.za) },
    ends: { a: end, z: end },
    reason: state === 'healthy' ? 'nothing is wrong' : 'the bench says so',
  };
}

function arcState(link: Link, utilisation: number): ArcState {
  return {
    loadBps: utilisation * link.capacityBps.az,
    utilisation,
    lossRatio: 0,
    wireLossRatio: 0,
    congestionLossRatio: 0,
    errorRatio: 0,
    latencyMs: 5,
    baselineLatencyMs: 5,
    unknown: {},
  };
}

/** What a scorer tells when a link changes its state. */
export function stateEvent({ linkId, state, score }: LinkState, from: HealthState, atMs: number): NewEvent {
  return {
    atMs,
    type: 'link-state',
    severity: state === 'healthy' ? 'major' : 'critical',
    cleared: state === 'healthy',
    linkId,
    deviceId: null,
    proposalId: null,
    message: `${linkId} is ${state}`,
    details: { from, to: state, score, adminDown: false },
  };
}
