import { prepare } from '../../../src/reroute/engine/prepare.ts';
import { solve } from '../../../src/reroute/engine/solve.ts';
import type { Demand } from '../../../topology/model.ts';
import { type Carried, type Carrier, harmOf, type Routes } from './carrier.ts';
import { isSame } from './plant-change.ts';
import type { ClosedLoopWorld, Segment } from './world.ts';

/** Loss on an arc from which on ways around it are looked for: around whatever loses, and around the worst alone. */
const LOSSY = [1e-6, 5e-4] as const;
/** Demands that may move besides those that cross what is bad. */
const EXTRA_MOVES = 50;
/** Harm (bit/s) below which nothing is left to do: rounding of the simulator's own fixed point. */
const NOTHING_BPS = 1e5;

/** Routes that leave hardly more than what was left when the engine was last asked are kept without asking again. */
const AS_GOOD = 1.02;

const NO_ROUTES: Routes = new Map();

export interface OracleStep {
  readonly carried: Carried;
  readonly routes: Routes;
  /** Whether the engine was asked. */
  readonly isSolved: boolean;
}

type Tried = Pick<OracleStep, 'carried' | 'routes'>;

/**
 * Knows the true present state at once, may move everything at no cost, and foresees nothing: in every segment the best
 * of the IGP (already converged), its own routes of before, and what the engine makes of the state, without and with
 * leaving lossy arcs, all or the worst.
 */
export class OracleArm {
  readonly #world: ClosedLoopWorld;
  readonly #limit: number;
  readonly #carrier: Carrier;
  #routes: Routes = NO_ROUTES;
  /** The plant when the engine was last asked, and what was left then, bit/s. */
  #solved: { readonly plant: Segment['plant']; readonly leftBps: number } | null = null;

  constructor(world: ClosedLoopWorld, limit: number, carrier: Carrier) {
    this.#world = world;
    this.#limit = limit;
    this.#carrier = carrier;
  }

  step(segment: Segment): OracleStep {
    const known = this.#best(segment, [NO_ROUTES, ...(this.#routes.size > 0 ? [this.#routes] : [])]);
    if (this.#isEnough(segment, harmOf(known.carried))) {
      this.#routes = known.routes;
      return { ...known, isSolved: false };
    }
    const asked = this.#avoidable(segment).map((avoid) => this.#solve(segment, avoid));
    const found = this.#best(segment, asked, known);
    this.#routes = found.routes;
    this.#solved = { plant: segment.plant, leftBps: harmOf(found.carried) };
    return { ...found, isSolved: true };
  }

  #best(segment: Segment, tried: readonly Routes[], known?: Tried): Tried {
    const carried = tried.map((routes) => {
      return { routes, carried: this.#carrier.carry(segment, routes, segment.plant.linkUp) };
    });
    const all = known ? [known, ...carried] : carried;
    return all.reduce((best, each) => (harmOf(each.carried) < harmOf(best.carried) ? each : best));
  }

  /** Nothing is left to do, or hardly more than when the engine was last asked about this plant. */
  #isEnough({ plant }: Segment, harmBps: number): boolean {
    const last = this.#solved;
    return harmBps <= NOTHING_BPS || (last !== null && isSame(last.plant, plant) && harmBps <= AS_GOOD * last.leftBps);
  }

  /** Sets of arcs to stay away from, none of them twice. */
  #avoidable(segment: Segment): string[][] {
    const sets = LOSSY.map((least) => lossyArcs(this.#world, segment, least));
    return [[], ...sets.filter((arcs, at) => arcs.length > 0 && arcs.length !== sets[at + 1]?.length)];
  }

  #solve(segment: Segment, avoid: string[]): Routes {
    const { network, graph, links } = this.#world;
    const scenario = prepare({
      network,
      graph,
      demands: demandsOf(this.#world, segment),
      failed: links.ids.filter((_, link) => segment.plant.linkUp[link] === 0),
      avoid,
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

function lossyArcs({ graph, links }: ClosedLoopWorld, { plant }: Segment, least: number): string[] {
  return graph.arcIds.filter(
    (_, arc) => plant.linkUp[links.linkOfArc[arc] as number] === 1 && lossOf(plant, arc) > least,
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
