import { prepare } from '../../../src/reroute/engine/prepare.ts';
import { solve } from '../../../src/reroute/engine/solve.ts';
import type { Demand } from '../../../topology/model.ts';
import { type Carried, type Carrier, harmOf, type Routes } from './carrier.ts';
import type { ClosedLoopWorld, Segment } from './world.ts';

/** Loss on an arc from which on it pays to look for ways around it. */
const LOSSY = 5e-4;
/** Demands that may move besides those that cross what is bad. */
const EXTRA_MOVES = 50;
/** Harm (bit/s) below which nothing is left to do: rounding of the simulator's own fixed point. */
const NOTHING_BPS = 1e5;

const NO_ROUTES: Routes = new Map();

export interface OracleStep {
  readonly carried: Carried;
  readonly routes: Routes;
  /** Whether the engine was asked. */
  readonly isSolved: boolean;
}

/**
 * Knows the true present state at once, may move everything at no cost, and foresees nothing: in every segment the best
 * of the IGP (already converged), its own routes of before, and what the engine makes of the state, with and without
 * leaving lossy arcs.
 */
export class OracleArm {
  readonly #world: ClosedLoopWorld;
  readonly #limit: number;
  readonly #carrier: Carrier;
  #routes: Routes = NO_ROUTES;

  constructor(world: ClosedLoopWorld, limit: number, carrier: Carrier) {
    this.#world = world;
    this.#limit = limit;
    this.#carrier = carrier;
  }

  step(segment: Segment): OracleStep {
    const tried = [NO_ROUTES, ...(this.#routes.size > 0 ? [this.#routes] : [])];
    let best: { carried: Carried; routes: Routes } | null = null;
    let isSolved = false;
    for (;;) {
      for (const routes of tried.splice(0)) {
        const carried = this.#carrier.carry(segment, routes, segment.plant.linkUp);
        if (best === null || harmOf(carried) < harmOf(best.carried)) best = { carried, routes };
      }
      const found = best as { carried: Carried; routes: Routes };
      if (isSolved || harmOf(found.carried) <= NOTHING_BPS) {
        this.#routes = found.routes;
        return { ...found, isSolved };
      }
      isSolved = true;
      tried.push(
        this.#solved(segment, true),
        ...(lossyArcs(this.#world, segment).length > 0 ? [this.#solved(segment, false)] : []),
      );
    }
  }

  #solved(segment: Segment, leavesLossy: boolean): Routes {
    const { network, graph, links } = this.#world;
    const scenario = prepare({
      network,
      graph,
      demands: demandsOf(this.#world, segment),
      failed: links.ids.filter((_, link) => segment.plant.linkUp[link] === 0),
      avoid: leavesLossy ? lossyArcs(this.#world, segment) : [],
      limit: this.#limit,
      holdMargin: 0,
      base: 'igp',
      maxExtraMoves: EXTRA_MOVES,
    });
    return new Map(
      solve(scenario).flows.map(({ demand, to }) => [
        demand,
        to.map(({ share, arcs }) => ({ demand, share, arcs: Int32Array.from(arcs) })),
      ]),
    );
  }
}

function lossyArcs({ graph, links }: ClosedLoopWorld, { plant }: Segment): string[] {
  return graph.arcIds.filter(
    (_, arc) => plant.linkUp[links.linkOfArc[arc] as number] === 1 && lossOf(plant, arc) > LOSSY,
  );
}

function lossOf(plant: Segment['plant'], arc: number): number {
  return 1 - (1 - (plant.corruption[arc] as number)) * (1 - (plant.throttled[arc] as number));
}

function demandsOf({ table, graph }: ClosedLoopWorld, { sentBps }: Segment): Demand[] {
  return table.ids.map((id, demand) => ({
    id,
    source: graph.nodeIds[table.source[demand] as number] as string,
    target: graph.nodeIds[table.target[demand] as number] as string,
    bps: sentBps[demand] as number,
    class: null,
  }));
}
