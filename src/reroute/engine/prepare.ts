import { DetourError } from '../../core/errors.ts';
import { type CompiledGraph, compileGraph } from '../../twin/compiled.ts';
import { buildGraph } from '../../twin/graph.ts';
import { type CurrentRoutes, IgpCurrent, PinnedCurrent } from './current-routes.ts';
import { IgpRoutes, type RoutedEnds } from './igp-routes.ts';
import { DEFAULTS, type PlanBase, type PlanOptions } from './options.ts';
import { cutOff, type Unavoidable } from './partition.ts';
import { ArcSelector } from './select.ts';

/** A load above its limit by less than this (relative) is at it. */
export const ABOVE = 1e-9;

/** Everything that is asked, in numbers of the compiled graph. */
export interface Scenario {
  readonly options: PlanOptions;
  readonly graph: CompiledGraph;
  readonly base: PlanBase;
  /** Highest utilisation wanted, for all and per arc. */
  readonly limit: number;
  readonly limits: Float64Array;
  readonly failedLinks: readonly string[];
  readonly alive: Uint8Array;
  readonly open: Uint8Array;
  readonly avoided: Uint8Array;
  readonly stale: Uint8Array;
  readonly ends: readonly RoutedEnds[];
  readonly current: CurrentRoutes;
  /** Before anything is planned, bit/s. */
  readonly beforeBps: Float64Array;
  readonly beforeLostBps: number;
  readonly relieved: Uint8Array;
  readonly unavoidable: Unavoidable;
  /** Demands (by index) that the plan may move. */
  readonly affected: readonly number[];
  /** 1 for each demand that must stay where it is. */
  readonly kept: Uint8Array;
}

/** Works out the state before the plan, and what the plan may move. Throws INVALID_INPUT for ids nobody knows. */
export function prepare(options: PlanOptions): Scenario {
  const graph = options.graph ?? compileGraph(buildGraph(options.network));
  const selector = new ArcSelector(options.network, graph);
  const failedLinks = selector.links(options.failed ?? [], 'failed');
  const dead = selector.arcsOfLinks(failedLinks);
  const alive = dead.map((failed) => 1 - failed);
  const avoided = selector.arcs(options.avoid ?? [], 'avoid').map((marked, arc) => (dead[arc] ? 0 : marked));
  const stale = selector.arcs(options.stale ?? [], 'stale').map((marked, arc) => (dead[arc] ? 0 : marked));
  const open = alive.map((lives, arc) => (lives && !avoided[arc] && !stale[arc] ? 1 : 0));
  const limit = options.limit ?? DEFAULTS.limit;
  const limits = limitPerArc(options, graph, selector, limit);
  const ends = numberDemands(options, graph);
  const base = options.base ?? (options.demands.some(({ paths }) => paths && paths.length > 0) ? 'pinned' : 'igp');
  const current = base === 'igp' ? igpState(graph, alive, ends) : pinnedState(options, graph, alive, ends);
  const { loadBps, lostBps } = current.before();
  // A failed demand gets no new traffic on stale arcs, so they are no way out for it.
  const usable = alive.map((lives, arc) => (lives && (base === 'igp' || !stale[arc]) ? 1 : 0));
  const unavoidable = cutOff(graph, usable, ends, (index) => current.lostShare(index));
  const relieved = chosenToRelieve(options, selector, graph, loadBps, limits, alive);
  const kept = keptDemands(options, unavoidable, ends.length);
  const marked = avoided.map((mark, arc) => (mark || relieved[arc] ? 1 : 0));
  const affected = current.affected(marked).filter((index) => !kept[index]);
  return {
    options,
    graph,
    base,
    limit,
    limits,
    failedLinks,
    alive,
    open,
    avoided,
    stale,
    ends,
    current,
    beforeBps: loadBps,
    beforeLostBps: lostBps,
    relieved,
    unavoidable,
    affected,
    kept,
  };
}

function igpState(graph: CompiledGraph, alive: Uint8Array, ends: readonly RoutedEnds[]): CurrentRoutes {
  const cost = graph.metric.map((metric, arc) => (alive[arc] ? metric : Infinity));
  return new IgpCurrent(graph, new IgpRoutes(graph, cost), ends);
}

function pinnedState(
  options: PlanOptions,
  graph: CompiledGraph,
  alive: Uint8Array,
  ends: readonly RoutedEnds[],
): CurrentRoutes {
  return new PinnedCurrent(graph, alive, options.demands, ends);
}

function limitPerArc(options: PlanOptions, graph: CompiledGraph, selector: ArcSelector, limit: number): Float64Array {
  const limits = new Float64Array(graph.arcCount).fill(limit);
  for (const [link, value] of Object.entries(options.limits ?? {})) {
    const arcs = selector.arcsOfLinks(selector.links([link], 'limits'));
    arcs.forEach((mark, arc) => {
      if (mark) limits[arc] = value;
    });
  }
  return limits;
}

function numberDemands({ demands }: PlanOptions, graph: CompiledGraph): RoutedEnds[] {
  return demands.map(({ id, source, target, bps }) => {
    const from = graph.nodeIndex.get(source);
    const to = graph.nodeIndex.get(target);
    if (from === undefined || to === undefined) {
      throw new DetourError(
        'INVALID_DEMANDS',
        `demand "${id}": the network has no node "${from === undefined ? source : target}"`,
        {
          field: from === undefined ? 'source' : 'target',
          value: id,
        },
      );
    }
    return { source: from, target: to, bps };
  });
}

function chosenToRelieve(
  { relieve = 'auto' }: PlanOptions,
  selector: ArcSelector,
  graph: CompiledGraph,
  loadBps: Float64Array,
  limits: Float64Array,
  alive: Uint8Array,
): Uint8Array {
  const chosen = relieve === 'auto' ? alive : selector.arcs(relieve, 'relieve');
  return chosen.map((mark, arc) => {
    const limitBps = (limits[arc] as number) * (graph.capacityBps[arc] as number);
    return mark && alive[arc] && (loadBps[arc] as number) > limitBps * (1 + ABOVE) ? 1 : 0;
  });
}

function keptDemands({ demands, keep = [] }: PlanOptions, unavoidable: Unavoidable, count: number): Uint8Array {
  const kept = new Uint8Array(count);
  const names = new Set(keep);
  demands.forEach(({ id }, index) => {
    if (names.delete(id)) kept[index] = 1;
  });
  const [unknown] = names;
  if (unknown !== undefined) {
    throw new DetourError('INVALID_INPUT', `keep: there is no demand "${unknown}"`, { field: 'keep', value: unknown });
  }
  for (const index of unavoidable.demands) kept[index] = 1;
  return kept;
}
