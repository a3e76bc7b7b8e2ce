import type { OracleDemand, OracleInstance, OraclePath } from '../oracle/instance.ts';
import type { BaseState } from './base.ts';
import type { Failure } from './failures.ts';
import { type Ends, IgpNetwork } from './routes.ts';

/** Loads this much above a limit (relative) are above it. */
const ABOVE = 1e-9;

/** What a failure leaves behind, worked out without the planner. */
export interface Situation {
  readonly base: BaseState;
  readonly failure: Failure;
  readonly alive: Uint8Array;
  /** Loads with nobody doing anything: traffic over the failed links is lost; bit/s per arc. */
  readonly nothingBps: Float64Array;
  readonly nothingLostBps: number;
  /** Loads when the IGP has found its ways round. */
  readonly igpBps: Float64Array;
  /** Loads from which a plan starts: those of the IGP, or of tunnels that nobody has mended. */
  readonly startBps: Float64Array;
  /** Positions of the demands that a plan may move, and that are connected. */
  readonly affected: readonly number[];
  /** Positions of all demands that the surviving network connects. */
  connected(): number[];
  /** The program with those demands, or with others. */
  instance(movable: readonly number[]): OracleInstance;
}

/** Null where nothing is to be done: no demand is affected. */
export function situationOf(base: BaseState, failure: Failure): Situation | null {
  const { graph } = base;
  const alive = new Uint8Array(graph.arcCount).fill(1);
  for (const link of failure.links) {
    for (const way of ['az', 'za']) alive[graph.arcIndex.get(`${link}:${way}`) as number] = 0;
  }
  const after = new IgpNetwork(graph, alive);
  return base.base === 'igp' ? onIgp(base, failure, after) : onPinned(base, failure, after);
}

function onIgp(base: BaseState, failure: Failure, after: IgpNetwork): Situation | null {
  const { alive, graph } = after;
  const connected = base.ends.filter((ends) => after.reaches(ends));
  const igpBps = after.loads(connected).loadBps;
  const above = overloaded(base, alive, igpBps);
  if (!above) return null;
  const isConnected = (at: number) => after.reaches(base.ends[at] as Ends);
  const affected = after.crossing(base.ends, above).filter(isConnected);
  const dead = alive.map((lives) => 1 - lives);
  const hit = base.intact.crossing(base.ends, dead);
  return {
    base,
    failure,
    alive,
    // What the failure cut is all taken for lost, until the IGP has found its ways.
    nothingBps: without(base, hit),
    nothingLostBps: sumBps(base, hit),
    igpBps,
    startBps: igpBps,
    affected,
    connected: () => [...base.ends.keys()].filter((at) => after.reaches(base.ends[at] as Ends)),
    instance: (movable) => {
      const fixedBps = igpBps.slice();
      const { loadBps } = after.loads(movable.map((at) => base.ends[at] as Ends));
      for (let arc = 0; arc < graph.arcCount; arc += 1) take(fixedBps, arc, loadBps[arc] as number);
      return program(base, alive, fixedBps, movable, (at) => after.paths(base.ends[at] as Ends));
    },
  };
}

function onPinned(base: BaseState, failure: Failure, after: IgpNetwork): Situation | null {
  const { alive } = after;
  const dead = alive.map((lives) => 1 - lives);
  // Tunnels keep their ways: affected is what crosses a failed arc, or one that is above its limit.
  const hit = base.intact.crossing(base.ends, dead);
  const nothingBps = without(base, hit);
  addUpstream(base, alive, hit, nothingBps);
  const above = overloaded(base, alive, nothingBps);
  const marked = above ? dead.map((gone, arc) => (gone || above[arc] ? 1 : 0)) : dead;
  const touched = base.intact.crossing(base.ends, marked);
  const affected = touched.filter((at) => after.reaches(base.ends[at] as Ends));
  if (affected.length === 0) return null;
  const igpBps = without(base, hit);
  const { loadBps } = after.loads(hit.map((at) => base.ends[at] as Ends).filter((ends) => after.reaches(ends)));
  for (let arc = 0; arc < loadBps.length; arc += 1) igpBps[arc] = (igpBps[arc] as number) + (loadBps[arc] as number);
  return {
    base,
    failure,
    alive,
    nothingBps,
    nothingLostBps: sumBps(base, hit),
    igpBps,
    startBps: nothingBps,
    affected,
    connected: () => [...base.ends.keys()].filter((at) => after.reaches(base.ends[at] as Ends)),
    instance: (movable) => {
      const fixedBps = without(base, [...new Set([...movable, ...hit])]);
      // What no path connects is lost, but loads the arcs up to the break all the same.
      const own = new Set(movable);
      addUpstream(
        base,
        alive,
        hit.filter((at) => !own.has(at)),
        fixedBps,
      );
      const survives = ({ arcs }: OraclePath) => arcs.every((arc) => alive[arc]);
      const paths = (at: number) => base.intact.paths(base.ends[at] as Ends).filter(survives);
      return program(base, alive, fixedBps, movable, paths);
    },
  };
}

function program(
  { ends, demands, graph, level }: BaseState,
  alive: Uint8Array,
  fixedBps: Float64Array,
  movable: readonly number[],
  paths: (at: number) => OraclePath[],
): OracleInstance {
  const own: OracleDemand[] = movable
    .filter((at) => (ends[at] as Ends).bps > 0)
    .map((at) => ({ id: demands[at]?.id ?? '', ...(ends[at] as Ends), current: paths(at) }));
  return { graph, alive, limit: level.limit, fixedBps, demands: own };
}

/** Loads of the whole network without those demands. */
function without(base: BaseState, demands: readonly number[]): Float64Array {
  const loadBps = base.intactBps.slice();
  const gone = base.intact.loads(demands.map((at) => base.ends[at] as Ends)).loadBps;
  for (let arc = 0; arc < loadBps.length; arc += 1) take(loadBps, arc, gone[arc] as number);
  return loadBps;
}

/** Adds the loads of demands on their own paths, up to where a path is broken. */
function addUpstream(base: BaseState, alive: Uint8Array, demands: readonly number[], loadBps: Float64Array): void {
  for (const at of demands) {
    const ends = base.ends[at] as Ends;
    for (const { share, arcs } of base.intact.paths(ends)) {
      const broken = arcs.findIndex((arc) => !alive[arc]);
      for (const arc of broken < 0 ? arcs : arcs.slice(0, broken)) {
        loadBps[arc] = (loadBps[arc] as number) + share * ends.bps;
      }
    }
  }
}

/** Rounding must not leave a trace of traffic behind. */
function take(loadBps: Float64Array, arc: number, bps: number): void {
  const rest = (loadBps[arc] as number) - bps;
  loadBps[arc] = Math.abs(rest) <= 1e-9 * bps ? 0 : Math.max(0, rest);
}

/** 1 for each arc above the limit; null where there is none. */
function overloaded({ graph, level }: BaseState, alive: Uint8Array, loadBps: Float64Array): Uint8Array | null {
  let some = false;
  const above = alive.map((lives, arc) => {
    const limitBps = level.limit * (graph.capacityBps[arc] as number);
    const isAbove = lives === 1 && (loadBps[arc] as number) > limitBps * (1 + ABOVE);
    some ||= isAbove;
    return isAbove ? 1 : 0;
  });
  return some ? above : null;
}

function sumBps({ ends }: BaseState, demands: readonly number[]): number {
  return demands.reduce((sum, at) => sum + (ends[at] as Ends).bps, 0);
}

/** Highest utilisation of a surviving arc. */
export function mluOf({ base, alive }: Situation, loadBps: ArrayLike<number>): number {
  let most = 0;
  for (let arc = 0; arc < alive.length; arc += 1) {
    if (alive[arc]) most = Math.max(most, (loadBps[arc] as number) / (base.graph.capacityBps[arc] as number));
  }
  return most;
}
