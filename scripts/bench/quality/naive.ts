import type { ArcState, LinkState } from '../../../src/health/link-state.ts';
import { planReroutes } from '../../../src/reroute/planner.ts';
import { wayRound } from '../../../src/reroute/way-round.ts';
import type { CompiledGraph } from '../../../src/twin/compiled.ts';
import type { Demand, Network, NetworkIndex } from '../../../topology/model.ts';

const AT_MS = 1_700_000_000_000;

export interface NaiveCase {
  readonly index: NetworkIndex;
  readonly graph: CompiledGraph;
  readonly demands: readonly Demand[];
  readonly failed: readonly string[];
  readonly limit: number;
  /** Loads after the IGP has reconverged, bit/s per arc. */
  readonly igpBps: Float64Array;
}

/** Loads (bit/s per arc) with the first planner's moves: one demand after another takes the cheapest way that fits. */
export function naiveLoads({ index, graph, demands, failed, limit, igpBps }: NaiveCase): Float64Array {
  const down = new Set(failed);
  const outcome = planReroutes(
    index,
    {
      networkHash: 'bench',
      atMs: AT_MS,
      links: linkStates(index.network, graph, down, igpBps),
      demands: { source: 'measured', atMs: AT_MS, demands: demands.map(({ paths: _, ...demand }) => demand) },
      tunnels: [],
      open: [],
      limits: { utilisationLimit: limit, holdMargin: 0, holdMs: 0, maxStaleShare: 0.1, maxDemandAgeMs: 60_000 },
    },
    'request',
    { planId: 'p-bench', inputId: 'i-bench' },
    wayRound,
  );
  const loadBps = igpBps.slice();
  const bpsOf = new Map(demands.map(({ id, bps }) => [id, bps]));
  for (const { demand, from, to } of outcome.changed.flatMap(({ moves }) => moves)) {
    const bps = bpsOf.get(demand) ?? 0;
    addPaths(graph, loadBps, from, -bps);
    addPaths(graph, loadBps, to, bps);
  }
  return loadBps;
}

/** Adds a demand's traffic to the loads of its paths; arcs by id. */
export function addPaths(
  graph: CompiledGraph,
  loadBps: Float64Array,
  paths: readonly { readonly share: number; readonly arcs: readonly string[] }[],
  bps: number,
): void {
  for (const { share, arcs } of paths) {
    for (const id of arcs) {
      const arc = graph.arcIndex.get(id) as number;
      loadBps[arc] = (loadBps[arc] as number) + share * bps;
    }
  }
}

function linkStates(
  network: Network,
  graph: CompiledGraph,
  down: ReadonlySet<string>,
  loadBps: Float64Array,
): LinkState[] {
  const arc = (id: string): ArcState => {
    const at = graph.arcIndex.get(id) as number;
    return {
      loadBps: loadBps[at] as number,
      utilisation: (loadBps[at] as number) / (graph.capacityBps[at] as number),
      lossRatio: 0,
      wireLossRatio: 0,
      congestionLossRatio: 0,
      errorRatio: 0,
      latencyMs: null,
      baselineLatencyMs: null,
      unknown: {},
    };
  };
  return network.links.map(({ id }) => {
    const isDown = down.has(id);
    const end = { adminStatus: 'up', operStatus: isDown ? 'down' : 'up', atMs: AT_MS, receivedAtMs: AT_MS } as const;
    return {
      linkId: id,
      state: isDown ? ('down' as const) : ('healthy' as const),
      score: isDown ? 0 : 100,
      sinceMs: AT_MS,
      atMs: AT_MS,
      receivedAtMs: AT_MS,
      intervalMs: 1000,
      adminDown: false,
      parts: [],
      arcs: { az: arc(`${id}:az`), za: arc(`${id}:za`) },
      ends: { a: end, z: end },
      reason: isDown ? 'an end says that it is down' : 'all parts are good',
    };
  });
}
