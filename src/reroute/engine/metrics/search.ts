import type { Rng } from '../../../core/rng.ts';
import { candidatesFor, HIGHEST_METRIC } from './candidates.ts';
import { hottestArcs } from './hottest.ts';
import type { MetricSetting, MetricState } from './metric-state.ts';
import { compareHeat, compareScores, type MetricAims, type MetricScore, scoreOf } from './score.ts';

interface Step {
  readonly setting: MetricSetting;
  readonly score: MetricScore;
}

/** An arc whose metric was changed is left alone for this many changes. */
const TABU = 6;
/** Hot arcs that are looked at for each change. */
const HOT_ARCS = 3;
/** Changes without a better result after which it starts anew, and how often it does. */
const PATIENCE = 12;
const MAX_RESTARTS = 40;
const KICKS = 3;
const HOT_TO_KICK = 8;
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
  readonly #rng: Rng;
  #trials: number;
  #restarts = 0;
  readonly #start: MetricScore;
  #best: { readonly score: MetricScore; readonly cost: Float64Array };

  constructor(aims: MetricAims, state: MetricState, maxTrials: number, rng: Rng) {
    this.#aims = aims;
    this.#state = state;
    this.#original = state.cost.slice();
    this.#beforeBps = state.loadBps.slice();
    this.#floorBps = 1e-9 * state.loadBps.reduce((sum, bps) => sum + bps, 0);
    this.#tabuUntil = new Int32Array(aims.graph.arcCount);
    this.#trials = maxTrials;
    this.#rng = rng;
    this.#start = this.#scoreOf(state.loadBps);
    this.#best = { score: this.#start, cost: state.cost.slice() };
  }

  run(): MetricScore {
    this.#costOut();
    let idle = 0;
    for (let turn = 1; this.#trials > 0 && !this.#isEnough(); turn += 1) {
      const step = idle < PATIENCE ? this.#bestStep(turn) : null;
      if (step) this.#state.set([step]);
      else if (!this.#startAnew()) break;
      if (step) this.#tabuUntil[step.arc] = turn + TABU;
      const isBetter = this.#keepIfBetter();
      idle = isBetter || !step ? 0 : idle + 1;
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

  #isEnough(): boolean {
    const { staleBps, overloadBps, avoidedBps, mlu } = this.#best.score;
    const hasNone = staleBps + overloadBps + avoidedBps <= this.#floorBps;
    return hasNone && mlu <= this.#aims.enoughMlu * (1 + PRUNE_TOLERANCE);
  }

  /** Back to the best, with a few of the changes undone or others made, drawn at random: another way may lead on. */
  #startAnew(): boolean {
    if (this.#restarts >= MAX_RESTARTS) return false;
    this.#restarts += 1;
    this.#return();
    this.#tabuUntil.fill(0);
    for (let kick = 0; kick < KICKS; kick += 1) {
      const changed = this.changes();
      const hot = this.#hottest(HOT_TO_KICK);
      if (changed.length > 0 && this.#rng.next() < 0.4) {
        const { arc } = this.#rng.pick(changed);
        this.#state.set([{ arc, to: this.#original[arc] as number }]);
      } else if (hot.length > 0) {
        const candidates = candidatesFor(this.#state, this.#rng.pick(hot));
        if (candidates.length > 0) this.#state.set([this.#rng.pick(candidates)]);
      }
    }
    return true;
  }

  #bestStep(turn: number): MetricSetting | null {
    let best: Step | null = null;
    for (const hot of this.#hottest(HOT_ARCS)) {
      for (const setting of candidatesFor(this.#state, hot)) {
        if (this.#trials <= 0) break;
        const step = this.#try(setting, turn);
        if (step && (!best || compareHeat(step.score, best.score, this.#floorBps) < 0)) best = step;
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

  #hottest(count: number): number[] {
    return hottestArcs(this.#aims, this.#state.loadBps, this.#beforeBps, count);
  }

  #keepIfBetter(): boolean {
    const score = this.#scoreOf(this.#state.loadBps);
    if (this.#compare(score, this.#best.score) >= 0 || !this.#aims.isAllowed(this.#state.cost)) return false;
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
        if (this.#compare(score, this.#start) > 0) continue;
        const cost = this.#state.cost.with(arc, back.to);
        if (!this.#aims.isAllowed(cost)) continue;
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
