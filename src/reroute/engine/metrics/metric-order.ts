import type { CompiledGraph } from '../../../twin/compiled.ts';
import type { MetricSetting, MetricState } from './metric-state.ts';

export interface MetricOrder {
  /** Indices of the changes, one after another; with a deadlock the longest safe beginning that was seen. */
  readonly order: readonly number[];
  readonly deadlock: MetricDeadlock | null;
}

export interface MetricDeadlock {
  /** Changes (indices) that cannot follow. */
  readonly changes: readonly number[];
  /** Each of them, made next, overloads this arc most. */
  readonly blocks: readonly { readonly change: number; readonly arc: number; readonly excessBps: number }[];
  /** True where every order was tried. */
  readonly isProven: boolean;
}

/** Stricter than what a plan is checked with. */
const ROUNDING = 1e-10;

export interface MetricOrderFrame {
  readonly graph: CompiledGraph;
  readonly limit: Float64Array;
  /** 1 where the arc survives. */
  readonly alive: Uint8Array;
}

/**
 * An order of single metric changes after each of which, once the routers have settled, no arc carries more than
 * max(limit x capacity, load at the start, load at the end). Depth first, the coolest network first; each set of changes
 * is looked at once, `maxTrials` of them at most. `state` is at the start, and is there again afterwards.
 */
export function orderMetrics(
  frame: MetricOrderFrame,
  state: MetricState,
  changes: readonly MetricSetting[],
  maxTrials: number,
): MetricOrder {
  return new MetricOrderSearch(frame, state, changes, maxTrials).run();
}

class MetricOrderSearch {
  readonly #frame: MetricOrderFrame;
  readonly #state: MetricState;
  readonly #changes: readonly MetricSetting[];
  readonly #original: readonly MetricSetting[];
  readonly #roomBps: Float64Array;
  readonly #dead = new Set<string>();
  #trials: number;
  #longest: readonly number[] = [];

  constructor(frame: MetricOrderFrame, state: MetricState, changes: readonly MetricSetting[], maxTrials: number) {
    this.#frame = frame;
    this.#state = state;
    this.#changes = changes;
    this.#original = changes.map(({ arc }) => ({ arc, to: state.cost[arc] as number }));
    this.#trials = maxTrials;
    const { graph, limit } = frame;
    const endBps = state.loadsWith(changes);
    this.#roomBps = graph.capacityBps.map((capacity, arc) => {
      const loads = [state.loadBps[arc] as number, endBps[arc] as number];
      const most = Math.max(capacity * (limit[arc] as number), ...loads);
      return most + ROUNDING * Math.max(most, capacity);
    });
  }

  run(): MetricOrder {
    const order = this.#extend([]);
    const result = order ? { order, deadlock: null } : { order: this.#longest, deadlock: this.#deadlock() };
    this.#state.set(this.#original);
    return result;
  }

  #extend(made: readonly number[]): readonly number[] | null {
    if (made.length > this.#longest.length) this.#longest = made;
    if (made.length === this.#changes.length) return made;
    for (const next of this.#ranked(made)) {
      if (this.#trials <= 0) return null;
      this.#state.set([this.#changes[next] as MetricSetting]);
      const order = this.#extend([...made, next]);
      if (order) return order;
      this.#state.set([this.#original[next] as MetricSetting]);
    }
    return null;
  }

  /** Changes that may come next, those first that leave the network coolest. */
  #ranked(made: readonly number[]): number[] {
    const ranked: { change: number; hottest: number }[] = [];
    for (const change of this.#left(made)) {
      const key = [...made, change].sort((x, y) => x - y).join();
      if (this.#dead.has(key)) continue;
      // Looked at once: either it leads to the end, or it is a dead end.
      this.#dead.add(key);
      this.#trials -= 1;
      const { isSafe, hottest } = this.#look(this.#state.loadsWith([this.#changes[change] as MetricSetting]));
      if (isSafe) ranked.push({ change, hottest });
    }
    return ranked.sort((x, y) => x.hottest - y.hottest || x.change - y.change).map(({ change }) => change);
  }

  #left(made: readonly number[]): number[] {
    const taken = new Set(made);
    return this.#changes.map((_change, index) => index).filter((index) => !taken.has(index));
  }

  #look(loadBps: Float64Array): { isSafe: boolean; hottest: number } {
    const { alive, graph } = this.#frame;
    let isSafe = true;
    let hottest = 0;
    for (let arc = 0; arc < graph.arcCount; arc += 1) {
      if (!alive[arc]) continue;
      if ((loadBps[arc] as number) > (this.#roomBps[arc] as number)) isSafe = false;
      hottest = Math.max(hottest, (loadBps[arc] as number) / (graph.capacityBps[arc] as number));
    }
    return { isSafe, hottest };
  }

  #deadlock(): MetricDeadlock {
    const made = this.#longest;
    this.#state.set(this.#original);
    this.#state.set(made.map((change) => this.#changes[change] as MetricSetting));
    const left = this.#left(made);
    const blocks = left.flatMap((change) => {
      const loadBps = this.#state.loadsWith([this.#changes[change] as MetricSetting]);
      const arc = this.#fullest(loadBps);
      const excessBps = (loadBps[arc] as number) - (this.#roomBps[arc] as number);
      return excessBps > 0 ? [{ change, arc, excessBps }] : [];
    });
    return { changes: left, blocks, isProven: this.#trials > 0 };
  }

  #fullest(loadBps: Float64Array): number {
    let fullest = 0;
    let most = -Infinity;
    loadBps.forEach((bps, arc) => {
      const excess = (bps - (this.#roomBps[arc] as number)) / (this.#roomBps[arc] as number);
      if (excess <= most || !this.#frame.alive[arc]) return;
      most = excess;
      fullest = arc;
    });
    return fullest;
  }
}
