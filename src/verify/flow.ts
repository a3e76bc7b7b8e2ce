import type { Demand } from '../../topology/model.ts';
import { DetourError } from '../core/errors.ts';
import type { ArcTable } from './arc-table.ts';
import { spread, type Towards, towards } from './equal-split.ts';

/** Where one demand goes, as shares (0..1) of it per arc. */
export interface Flow {
  /** Where it is sent, failures or not. */
  readonly sent: ReadonlyMap<number, number>;
  /** What the arcs really carry: of a broken path the arcs before the break. */
  readonly carried: ReadonlyMap<number, number>;
  /** Share that does not arrive. */
  readonly lostShare: number;
}

/** Shares over explicit paths. */
export function flowOfPaths(
  paths: readonly { readonly share: number; readonly arcs: readonly number[] }[],
  alive: readonly boolean[],
): Flow {
  const sent = new Map<number, number>();
  const carried = new Map<number, number>();
  let lostShare = 0;
  for (const { share, arcs } of paths) {
    const broken = arcs.findIndex((arc) => !alive[arc]);
    arcs.forEach((arc, place) => {
      add(sent, arc, share);
      if (broken < 0 || place < broken) add(carried, arc, share);
    });
    if (broken >= 0) lostShare += share;
  }
  return { sent, carried, lostShare };
}

function add(shares: Map<number, number>, arc: number, share: number): void {
  shares.set(arc, (shares.get(arc) ?? 0) + share);
}

/** Shortest-path routing of every demand by `metric`, which is Infinity where the routers know an arc to be gone. */
export function routeAll(
  table: ArcTable,
  demands: readonly Demand[],
  metric: readonly number[],
  alive: readonly boolean[],
): Flow[] {
  const allAlive = alive.map(() => true);
  const ways = new Map<string, Towards>();
  const flows = new Map<string, Flow>();
  return demands.map(({ source, target }) => {
    const pair = JSON.stringify([source, target]);
    const known = flows.get(pair);
    if (known) return known;
    const way = ways.get(target) ?? towards(table, nodeNumber(table, target), metric);
    ways.set(target, way);
    const sent = spread(table, way, nodeNumber(table, source), allAlive);
    const carried = spread(table, way, nodeNumber(table, source), alive);
    const flow = { sent: sent.shares, carried: carried.shares, lostShare: carried.lostShare };
    flows.set(pair, flow);
    return flow;
  });
}

export function nodeNumber(table: ArcTable, id: string): number {
  const node = table.nodeIndex.get(id);
  if (node === undefined) {
    throw new DetourError('INVALID_DEMANDS', `a demand begins or ends at ${id}, which the network does not have`, {
      value: id,
    });
  }
  return node;
}

/** The paths of a demands file as arc numbers. */
export function ownPaths(table: ArcTable, demand: Demand): { share: number; arcs: number[] }[] | null {
  if (!demand.paths || demand.paths.length === 0) return null;
  return demand.paths.map(({ share, arcs }) => ({
    share,
    arcs: arcs.map((id) => {
      const arc = table.index.get(id);
      if (arc !== undefined) return arc;
      throw new DetourError('INVALID_DEMANDS', `demand ${demand.id} runs over ${id}, which the network does not have`, {
        field: 'paths',
        value: id,
      });
    }),
  }));
}

/** bit/s per arc of the demands that count. */
export function loads(
  table: ArcTable,
  demands: readonly Demand[],
  flows: readonly Flow[],
  counts: (demand: number) => boolean = () => true,
): Float64Array {
  const loadBps = new Float64Array(table.ids.length);
  flows.forEach(({ carried }, demand) => {
    if (!counts(demand)) return;
    const bps = demands[demand]?.bps ?? 0;
    for (const [arc, share] of carried) loadBps[arc] = (loadBps[arc] as number) + share * bps;
  });
  return loadBps;
}

/** True where every arc has the same share in both, up to `tolerance`. */
export function sameShares(x: ReadonlyMap<number, number>, y: ReadonlyMap<number, number>, tolerance: number): boolean {
  const arcs = new Set([...x.keys(), ...y.keys()]);
  return [...arcs].every((arc) => Math.abs((x.get(arc) ?? 0) - (y.get(arc) ?? 0)) <= tolerance);
}
