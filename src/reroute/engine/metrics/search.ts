import { candidatesFor, HIGHEST_METRIC } from './candidates.ts';
import type { MetricSetting, MetricState } from './metric-state.ts';
import { compareScores, type MetricAims, type MetricScore, scoreOf } from './score.ts';

export interface MetricSearchLimits {
  /** Settings that may be tried. */
  readonly maxTrials: number;
  /** Changes without a better result after which it is enough. */
  readonly patience: number;
  /** MLU at which there is nothing more to gain; 0 where unknown. */
  readonly enoughMlu: number;
}

interface Step {
  readonly setting: MetricSetting;
  readonly score: MetricScore;
}

/** An arc whose metric was changed is left alone for this many changes. */
const TABU = 6;
/** Hot arcs that are looked at for each change. */
const HOT_ARCS = 3;
/** What a change less may cost: cost before number of moves, but not for nothing. */
const PRUNE_TOLERANCE = 1e-3;

/**
 * Looks for metrics with the least overload, then MLU, then Fortz-Thorup cost (local search over single metrics in the
 * manner of Fortz and Thorup, INFOCOM 2000, with candidates that take traffic off the hottest arcs, and a tabu list
 * to get out of local optima). Deterministic. Leaves the state at the best found.
 */
export class MetricSearch {
  readonly #aims: MetricAims;
  readonly #state: MetricState;
  readonly #original: Float64Array;
  readonly #beforeBps: Float64Array;
  readonly #floorBps: number;
  readonly #tabuUntil: Int32Array;
  #trials: number;
  #best: { readonly score: MetricScore; readonly cost: Float64Array };

  constructor(aims: MetricAims, state: MetricState, maxTrials: number) {
    this.#aims = aims;
    this.#state = state;
    this.#original = state.cost.slice();
    this.#beforeBps = state.loadBps.slice();
    this.#floorBps = 1e-9 * state.loadBps.reduce((sum, bps) => sum + bps, 0);
    this.#tabuUntil = new Int32Array(aims.graph.arcCount);
    this.#trials = maxTrials;
    this.#best = { score: this.#scoreOf(state.loadBps), cost: state.cost.slice() };
  }

  run({ patience, enoughMlu }: MetricSearchLimits): MetricScore {
    this.#costOut();
    let idle = 0;
    for (let turn = 1; idle < patience && this.#trials > 0; turn += 1) {
      if (this.#isEnough(enoughMlu)) break;
      const step = this.#bestStep(turn);
      if (!step) break;
      this.#state.set([step]);
      this.#tabuUntil[step.arc] = turn + TABU;
      idle = this.#keepIfBetter() ? 0 : idle + 1;
    }
    this.#return();
    this.#prune();
    return this.#best.score;
  }

  /** Metrics that differ from those at the start. */
  changes(): MetricSetting[] {
    const changed: MetricSetting[] = [];
    this.#best.cost.forEach((to, arc) => {
      if (to !== this.#original[arc]) changed.push({ arc, to });
    });
    return changed;
  }

  /** Arcs to avoid get the highest metric: routers then use them only where there is no other way. */
  #costOut(): void {
    const settings: MetricSetting[] = [];
    this.#state.cost.forEach((metric, arc) => {
      const isUsed = this.#aims.avoided[arc] === 1 && metric < HIGHEST_METRIC;
      if (isUsed) settings.push({ arc, to: HIGHEST_METRIC });
    });
    if (settings.length === 0) return;
    this.#state.set(settings);
    this.#keepIfBetter();
  }

  #isEnough(enoughMlu: number): boolean {
    const { staleBps, overloadBps, avoidedBps, mlu } = this.#best.score;
    return staleBps + overloadBps + avoidedBps <= this.#floorBps && mlu <= enoughMlu * (1 + PRUNE_TOLERANCE);
  }

  #bestStep(turn: number): MetricSetting | null {
    let best: Step | null = null;
    for (const hot of this.#hottest()) {
      for (const setting of candidatesFor(this.#state, hot)) {
        if (this.#trials <= 0) break;
        const step = this.#try(setting, turn);
        if (step && (!best || this.#compare(step.score, best.score) < 0)) best = step;
      }
      // The hottest arc decides; the others only where nothing takes traffic off it.
      if (best && this.#compare(best.score, this.#best.score) < 0) break;
    }
    return best?.setting ?? null;
  }

  /** Null where the arc was changed just now, unless the result is better than any before. */
  #try(setting: MetricSetting, turn: number): Step | null {
    this.#trials -= 1;
    const score = this.#scoreOf(this.#state.loadsWith([setting]));
    const isTabu = (this.#tabuUntil[setting.arc] as number) >= turn;
    return isTabu && this.#compare(score, this.#best.score) >= 0 ? null : { setting, score };
  }

  /** Arcs with the worst trouble: traffic where none should be, then the highest utilisation against the limit. */
  #hottest(): number[] {
    const { graph, limit, alive, avoided, stale } = this.#aims;
    const { loadBps } = this.#state;
    const trouble = (arc: number): number => {
      const load = loadBps[arc] as number;
      const bound = (graph.capacityBps[arc] as number) * (limit[arc] as number);
      const isStaleMore = stale[arc] && load > (this.#beforeBps[arc] as number) + this.#floorBps;
      const isWrong = (avoided[arc] && load > this.#floorBps) || isStaleMore;
      return load / bound + (isWrong ? 1 : 0);
    };
    const arcs: number[] = [];
    for (let arc = 0; arc < graph.arcCount; arc += 1) {
      if (alive[arc] && (loadBps[arc] as number) > this.#floorBps) arcs.push(arc);
    }
    const rank = new Map(arcs.map((arc) => [arc, trouble(arc)]));
    return arcs.sort((x, y) => (rank.get(y) as number) - (rank.get(x) as number) || x - y).slice(0, HOT_ARCS);
  }

  #keepIfBetter(): boolean {
    const score = this.#scoreOf(this.#state.loadBps);
    if (this.#compare(score, this.#best.score) >= 0) return false;
    this.#best = { score, cost: this.#state.cost.slice() };
    return true;
  }

  #return(): void {
    const settings: MetricSetting[] = [];
    this.#best.cost.forEach((to, arc) => {
      if (to !== this.#state.cost[arc]) settings.push({ arc, to });
    });
    this.#state.set(settings);
  }

  /** Takes back changes that nothing depends on, until none is left that can be spared. */
  #prune(): void {
    const best = this.#best.score;
    for (let isDone = false; !isDone; ) {
      isDone = true;
      for (const { arc } of this.changes()) {
        const back = { arc, to: this.#original[arc] as number };
        const score = this.#scoreOf(this.#state.loadsWith([back]));
        if (compareScores(score, best, this.#floorBps, PRUNE_TOLERANCE) > 0) continue;
        this.#state.set([back]);
        this.#best = { score, cost: this.#state.cost.slice() };
        isDone = false;
      }
    }
  }

  #compare(x: MetricScore, y: MetricScore): number {
    return compareScores(x, y, this.#floorBps);
  }

  #scoreOf(loadBps: Float64Array): MetricScore {
    return scoreOf(this.#aims, loadBps, this.#beforeBps);
  }
}
