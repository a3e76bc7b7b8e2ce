import type { ArcState, HealthState, LinkState, ScorePart } from '../../src/health/link-state.ts';
import type { PlanInput, PlanLimits } from '../../src/reroute/plan.ts';
import { type Demand, indexNetwork, type Link, type Network, type NetworkIndex } from '../../topology/model.ts';

export const AT_MS = 1_700_000_000_000;
export const LIMITS: PlanLimits = {
  utilisationLimit: 0.8,
  holdMargin: 0.05,
  holdMs: 30_000,
  maxStaleShare: 0.5,
  maxDemandAgeMs: 60_000,
};

export interface LinkSketch {
  readonly a: number;
  readonly z: number;
  readonly id?: string;
  readonly capacityBps?: number;
  readonly latencyMs?: number;
  readonly metric?: { readonly az: number; readonly za: number };
  readonly srlgs?: readonly string[];
}

/** Nodes n0, n1, ... and links l0, l1, ... by position. */
export function sketch(nodes: number, links: readonly LinkSketch[]): NetworkIndex {
  const both = (value: number) => ({ az: value, za: value });
  const network: Network = {
    name: 'sketch',
    nodes: Array.from({ length: nodes }, (_, index) => ({
      id: `n${index}`,
      name: `n${index}`,
      lat: null,
      lon: null,
      tier: null,
      mass: null,
      address: null,
      snmpPort: 161,
      credentials: null,
    })),
    links: links.map(
      (link, index): Link => ({
        id: link.id ?? `l${index}`,
        a: `n${link.a}`,
        z: `n${link.z}`,
        aInterface: null,
        zInterface: null,
        capacityBps: both(link.capacityBps ?? 100),
        latencyMs: both(link.latencyMs ?? 1),
        metric: link.metric ?? both(10),
        srlgs: link.srlgs ?? [],
      }),
    ),
    srlgs: [],
  };
  return indexNetwork(network);
}

/** n0 - n1 - n2 - n3 - n0 with a costly chord n0 - n2: l0..l3 the ring, l4 the chord. */
export function ringNetwork(): NetworkIndex {
  return sketch(4, [
    { a: 0, z: 1 },
    { a: 1, z: 2 },
    { a: 2, z: 3 },
    { a: 3, z: 0 },
    { a: 0, z: 2, metric: { az: 50, za: 50 }, latencyMs: 7 },
  ]);
}

export function demand(id: string, source: number, target: number, bps: number): Demand {
  return { id, source: `n${source}`, target: `n${target}`, bps, class: null };
}

const CLEAN: ArcState = {
  loadBps: 1,
  utilisation: 0.1,
  lossRatio: 0,
  wireLossRatio: 0,
  congestionLossRatio: 0,
  errorRatio: 0,
  latencyMs: null,
  baselineLatencyMs: null,
  unknown: {},
};

export function part(name: ScorePart['part'], level: ScorePart['level'], arc: string | null, value = 0.05): ScorePart {
  return { part: name, level, arc, points: 60, value, threshold: 0.01, sinceMs: AT_MS - 1000, text: `${name} is bad` };
}

export function stateOf(linkId: string, state: HealthState = 'healthy', more: Partial<LinkState> = {}): LinkState {
  const oper = state === 'down' ? 'down' : 'up';
  const end = { adminStatus: 'up', operStatus: oper, atMs: AT_MS, receivedAtMs: AT_MS } as const;
  return {
    linkId,
    state,
    score: state === 'stale' ? null : state === 'healthy' ? 100 : 30,
    sinceMs: AT_MS - 10_000,
    atMs: AT_MS,
    receivedAtMs: AT_MS,
    intervalMs: 1000,
    adminDown: false,
    parts: [],
    arcs: { az: CLEAN, za: CLEAN },
    ends: { a: end, z: end },
    reason: `it is ${state}`,
    ...more,
  };
}

/** An aggregate of which this much is left, told by the `a` end; `utilisation` of that is measured on `az`. */
export function thinned(linkId: string, capacityBps: number, utilisation = 0.1): LinkState {
  const parts = utilisation > 0.8 ? [part('utilisation', 'degraded', `${linkId}:az`, utilisation)] : [];
  return stateOf(linkId, 'healthy', { parts, arcs: { az: { ...CLEAN, capacityBps, utilisation }, za: CLEAN } });
}

/** Corruption of one direction, 5 % of the packets. */
export function corrupted(linkId: string, direction: 'az' | 'za' = 'az', more: Partial<LinkState> = {}): LinkState {
  const lossy = { ...CLEAN, lossRatio: 0.05, wireLossRatio: 0.05 };
  const parts = [part('loss', 'unhealthy', `${linkId}:${direction}`)];
  const arcs = direction === 'az' ? { az: lossy, za: CLEAN } : { az: CLEAN, za: lossy };
  return stateOf(linkId, 'unhealthy', { parts, arcs, ...more });
}

/** Degraded by 0.3 % of loss on `az` for so long, or by errors that come to less. */
export function losing(linkId: string, forMs: number, by: 'loss' | 'errors' = 'loss'): LinkState {
  const ratio = by === 'loss' ? 0.003 : 0.0003;
  const lossy = { ...stateOf(linkId).arcs.az, lossRatio: ratio, wireLossRatio: ratio };
  const parts = [
    { ...part(by, 'degraded', `${linkId}:az`, ratio), sinceMs: AT_MS - forMs, text: `it loses ${100 * ratio} %` },
  ];
  return stateOf(linkId, 'degraded', {
    parts,
    sinceMs: AT_MS - forMs,
    arcs: { az: lossy, za: stateOf(linkId).arcs.za },
  });
}

export function inputOf(
  index: NetworkIndex,
  demands: readonly Demand[],
  states: readonly LinkState[] = [],
  more: Partial<PlanInput> = {},
): PlanInput {
  const given = new Map(states.map((state) => [state.linkId, state]));
  return {
    networkHash: 'n-test',
    atMs: AT_MS,
    links: index.network.links.map((link) => given.get(link.id) ?? stateOf(link.id)),
    demands: { source: 'measured', atMs: AT_MS, demands: [...demands] },
    tunnels: [],
    open: [],
    limits: LIMITS,
    ...more,
  };
}
