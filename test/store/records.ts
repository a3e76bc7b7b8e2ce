import type { ArcState, LinkState } from '../../src/health/link-state.ts';
import type { Moment } from '../../src/reroute/moment.ts';
import type { Plan, PlanInput } from '../../src/reroute/plan.ts';
import type { Proposal, Tunnel } from '../../src/reroute/proposal.ts';
import type { NewEvent } from '../../src/store/events.ts';
import type { PlanCommit, ScoringCommit, Transition } from '../../src/store/store.ts';
import type { InterfaceSample } from '../../src/telemetry/sample.ts';
import type { Network } from '../../topology/model.ts';

/** Whole records with every field, so that a schema that loses one is found out. */

export function sampleOf(linkId: string, atMs: number): InterfaceSample {
  return {
    linkId,
    end: 'a',
    deviceId: 'r1',
    atMs,
    intervalMs: 1000,
    adminStatus: 'up',
    operStatus: 'up',
    inOctets: 1,
    outOctets: 2,
    inPackets: 3,
    outPackets: 4,
    inErrors: null,
    outErrors: 0,
    inDiscards: 0,
    outDiscards: 0,
    inUnknownProtos: 0,
    latencyMs: 1.5,
    receivedAtMs: atMs + 5,
  };
}

const arc: ArcState = {
  loadBps: 1e9,
  utilisation: 0.1,
  lossRatio: 0,
  wireLossRatio: 0,
  congestionLossRatio: 0,
  errorRatio: 0,
  latencyMs: null,
  baselineLatencyMs: null,
  unknown: { latencyMs: 'no probe measures it' },
};

export function stateOf(linkId: string, receivedAtMs: number | null, reason = 'all is well'): LinkState {
  const end = { adminStatus: 'up', operStatus: 'up', atMs: receivedAtMs, receivedAtMs } as const;
  return {
    linkId,
    state: 'healthy',
    score: 100,
    sinceMs: 1,
    atMs: receivedAtMs,
    receivedAtMs,
    intervalMs: 1000,
    adminDown: false,
    parts: [],
    arcs: { az: arc, za: arc },
    ends: { a: end, z: end },
    reason,
  };
}

export function eventOf(message: string): NewEvent {
  return {
    atMs: 1,
    type: 'link-state',
    severity: 'minor',
    cleared: false,
    linkId: 'l1',
    deviceId: null,
    proposalId: null,
    message,
    details: { score: 12 },
  };
}

export function scoresOf(changes: Partial<ScoringCommit> = {}): ScoringCommit {
  return {
    partition: 0,
    fence: 1,
    lastId: null,
    states: [],
    memories: [],
    events: [],
    applied: 0,
    refused: 0,
    ...changes,
  };
}

export function proposalOf(id: string, changes: Partial<Proposal> = {}): Proposal {
  return {
    id,
    revision: 1,
    status: 'proposed',
    kind: 'reroute',
    cause: { kind: 'unhealthy', links: ['l1'], epochMs: 7 },
    links: ['l1'],
    moves: [],
    cuts: [],
    why: { summary: 'l1 loses packets', parts: [], stayed: [] },
    expectedSavingBps: 1e6,
    planId: 'p1',
    createdAtMs: 1_000,
    updatedAtMs: 1_000,
    appliedAtMs: null,
    closedAtMs: null,
    closedReason: null,
    ...changes,
  };
}

export function planOf(id: string): Plan {
  return {
    id,
    inputId: 'i1',
    trigger: 'schedule',
    atMs: 1_000,
    finishedAtMs: 1_010,
    elapsedMs: 10,
    refused: null,
    badLinks: ['l1'],
    staleLinks: [],
    created: [],
    kept: [],
    revised: [],
    closed: [],
    mlu: { before: 0.9, after: 0.7 },
    demandSource: 'measured',
    movedBps: 1e9,
    proofs: [],
  };
}

export function momentAt(planId: string, atMs: number, changes: Partial<Moment> = {}): Moment {
  return {
    planId,
    inputId: 'i1',
    atMs,
    trigger: 'schedule',
    refused: null,
    links: { healthy: 5, degraded: 1, unhealthy: 0, down: 1, stale: 0 },
    proposals: { open: 1, created: 1, revised: 0, closed: 0 },
    mlu: { before: 0.9, after: 0.7 },
    movedBps: 1e9,
    ...changes,
  };
}

export function planCommitOf(id: string, changes: Partial<PlanCommit> = {}): PlanCommit {
  return { fence: 1, plan: planOf(id), proposals: [], removeTunnels: [], events: [], ...changes };
}

export function tunnelOf(demand: string, proposalId: string): Tunnel {
  return { demand, source: 'r1', target: 'r2', paths: [{ share: 1, arcs: ['l2:az'] }], proposalId };
}

/** From `proposed` to `applied`. */
export function applyOf(id: string, changes: Partial<Transition> = {}): Transition {
  return {
    proposalId: id,
    from: ['proposed'],
    revision: 1,
    proposal: proposalOf(id, { status: 'applied', appliedAtMs: 2_000 }),
    setTunnels: [tunnelOf('d1', id)],
    removeTunnels: [],
    events: [eventOf(`${id} applied`)],
    ...changes,
  };
}

export const network: Network = {
  name: 'two',
  nodes: ['r1', 'r2'].map((id) => ({
    id,
    name: id,
    lat: 1,
    lon: null,
    tier: 'core',
    mass: null,
    address: null,
    snmpPort: 161,
    credentials: 'env:COMMUNITY',
  })),
  links: [
    {
      id: 'l1',
      a: 'r1',
      z: 'r2',
      aInterface: null,
      zInterface: 'eth0',
      capacityBps: { az: 1e10, za: 1e10 },
      latencyMs: { az: 1, za: 1 },
      metric: { az: 10, za: 20 },
      srlgs: ['s1'],
    },
  ],
  srlgs: [{ id: 's1', name: 'Conduit' }],
};

export function inputOf(demands = 2): PlanInput {
  return {
    networkHash: 'h1',
    atMs: 1_000,
    links: [stateOf('l1', 900)],
    demands: {
      source: 'measured',
      atMs: 900,
      demands: Array.from({ length: demands }, (_, index) => ({
        id: `d${index}`,
        source: 'r1',
        target: 'r2',
        // Digits that do not compress away.
        bps: 1e9 * Math.abs(Math.sin(index + 1)),
        class: null,
      })),
    },
    tunnels: [tunnelOf('d1', 'x')],
    open: [proposalOf('x')],
    limits: { utilisationLimit: 0.8, holdMargin: 0.05, holdMs: 30_000, maxStaleShare: 0.1, maxDemandAgeMs: 60_000 },
  };
}
