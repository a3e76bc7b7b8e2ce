import { nodeNumber } from '../twin/twin.ts';
import type { Board } from './board.ts';
import { RISK_MS, WORN_MS } from './cost.ts';
import { type CurrentRoutes, footprintOf } from './engine/current-routes.ts';
import type { Footprint } from './engine/flow.ts';
import type { SharedPath } from './engine/igp-routes.ts';
import type { Scenario } from './engine/prepare.ts';
import type { Problem } from './solver.ts';
import { HOP_LATENCY_MS } from './stability/gain.ts';

/** The network as the board has it now, as the reroute engine takes it; only these demands may move. */
export function liveScenario(
  problem: Problem,
  movable: readonly number[],
  task: { readonly avoided: Uint8Array; readonly relieved: readonly number[] },
): Scenario {
  const { board, condition, limits } = problem;
  const { twin } = board;
  const { graph } = twin;
  const alive = twin.closed.map((closed) => (closed ? 0 : 1));
  const lost = new Set(twin.lost);
  const relieved = new Uint8Array(graph.arcCount);
  for (const arc of task.relieved) relieved[arc] = 1;
  return {
    // No extra moves: what is not concerned stays where it is, whatever that would win.
    options: {
      network: NO_NETWORK,
      graph,
      demands: twin.demands,
      holdMargin: limits.holdMargin,
      maxExtraMoves: 0,
      easyMlu: easyMluOf(problem, task.relieved),
      hopsPerMs: 1 / HOP_LATENCY_MS,
      arcHops: hopsAgainst(condition),
      // Relief is done once there is room again: every further move would be for nothing.
      movesOnlyEnough: task.relieved.length > 0,
    },
    graph,
    base: 'pinned',
    limit: limits.utilisationLimit,
    limits: new Float64Array(graph.arcCount).fill(limits.utilisationLimit),
    failedLinks: [],
    alive,
    open: alive.map((lives, arc) => (lives && !condition.shunned[arc] && !condition.bad[arc] ? 1 : 0)),
    avoided: task.avoided,
    stale: twin.stale,
    ends: twin.demands.map(({ source, target, bps }) => ({
      source: nodeNumber(graph, source),
      target: nodeNumber(graph, target),
      bps,
    })),
    current: new BoardRoutes(board, lost),
    beforeBps: board.loadBps.slice(),
    beforeLostBps: 0,
    relieved,
    unavoidable: { lostBps: 0, demands: [], partitions: [] },
    affected: movable.filter((index) => !lost.has(index)),
    kept: new Uint8Array(twin.demands.length),
  };
}

/** A way beside a bad link in one conduit, or over a link that is not well, has to win by more than a hop. */
function hopsAgainst({ risky, worn }: Problem['condition']): Float64Array {
  return Float64Array.from(
    risky,
    (isRisky, arc) => ((isRisky ? RISK_MS : 0) + (worn[arc] ? WORN_MS : 0)) / HOP_LATENCY_MS,
  );
}

/** Part of the limit up to which an arc counts as having room enough. */
const EASY = 0.75;

/**
 * Far below the limit nobody gains by a lower highest utilisation, but everybody feels a longer way. Where arcs are to
 * be relieved, others may be as full as these are to become: else all that could move would move.
 */
export function easyMluOf({ limits }: Problem, relieved: readonly number[]): number {
  const { utilisationLimit, holdMargin } = limits;
  return relieved.length > 0 ? Math.max(0, utilisationLimit - holdMargin) : EASY * utilisationLimit;
}

/** A scenario made of a board does not ask for the network again. */
const NO_NETWORK = { name: 'live', nodes: [], links: [], srlgs: [] };

/** Where demands go on the board: present routes and what was decided so far. */
class BoardRoutes implements CurrentRoutes {
  readonly #board: Board;
  readonly #lost: ReadonlySet<number>;

  constructor(board: Board, lost: ReadonlySet<number>) {
    this.#board = board;
    this.#lost = lost;
  }

  before(): { loadBps: Float64Array; lostBps: number } {
    return { loadBps: this.#board.loadBps.slice(), lostBps: 0 };
  }

  affected(marked: Uint8Array): number[] {
    return this.#board.crossing(marked);
  }

  whole(index: number, barred: Uint8Array): Footprint | null {
    const paths = this.paths(index);
    const isClean = paths.length > 0 && paths.every(({ arcs }) => arcs.every((arc) => !barred[arc]));
    return isClean ? footprintOf(paths) : null;
  }

  loaded(index: number): Footprint {
    return footprintOf(this.paths(index));
  }

  lostShare(index: number): number {
    return this.#lost.has(index) ? 1 : 0;
  }

  paths(index: number): readonly SharedPath[] {
    return this.#board.pathsOf(index);
  }
}
