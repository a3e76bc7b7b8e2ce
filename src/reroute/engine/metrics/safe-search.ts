import type { Rng } from '../../../core/rng.ts';
import { candidatesFor } from './candidates.ts';
import { hottestArcs } from './hottest.ts';
import type { MetricSetting, MetricState } from './metric-state.ts';
import { compareHeat, compareScores, type MetricAims, type MetricScore, scoreOf } from './score.ts';

export interface SafeWay {
  /** One after another, each arc once. */
  readonly settings: readonly MetricSetting[];
  readonly score: MetricScore;
}

interface Step {
  readonly setting: MetricSetting;
  readonly score: MetricScore;
}

const MAX_WALKS = 12;
/** Steps that a walk at random chooses from. */
const CHOICE = 3;
const MAX_CHANGES = 30;
const HOT_ARCS = 4;
/** Changes without a better result after which it is enough. */
const PATIENCE = 8;
/** What a change less may cost. */
const PRUNE_TOLERANCE = 1e-3;
/** Stricter than what a plan is checked with. */
const ROUNDING = 1e-10;

/**
 * Metrics that can be set one after another without an arc ever carrying more than max(limit x capacity, load at the
 * start): goes only where each step is safe, the coolest first. For when the best metrics have no safe order. `hints`:
 * settings worth trying. `state` is at the start, and is there again afterwards.
 */
export function safeWay(
  aims: MetricAims,
  state: MetricState,
  hints: readonly MetricSetting[],
  maxTrials: number,
  rng: Rng,
): SafeWay {
  const walk = new SafeWalk(aims, state, maxTrials, rng);
  let best = walk.run(hints, 1);
  for (let round = 1; round < MAX_WALKS && walk.isWorthwhile(best); round += 1) {
    // The first two go straight; the others take one of the best few steps, which may lead further.
    const way = walk.run(round % 2 === 1 ? [] : hints, round < 2 ? 1 : CHOICE);
    if (compareScores(way.score, best.score, walk.floorBps) < 0) best = way;
  }
  return best;
}

class SafeWalk {
  readonly floorBps: number;
  readonly #aims: MetricAims;
  readonly #state: MetricState;
  readonly #startCost: Float64Array;
  readonly #startBps: Float64Array;
  readonly #roomBps: Float64Array;

  readonly #rng: Rng;
  #trials: number;

  constructor(aims: MetricAims, state: MetricState, maxTrials: number, rng: Rng) {
    this.#trials = maxTrials;
    this.#rng = rng;
    this.#aims = aims;
    this.#state = state;
    this.#startCost = state.cost.slice();
    this.#startBps = state.loadBps.slice();
    this.floorBps = 1e-9 * state.loadBps.reduce((sum, bps) => sum + bps, 0);
    this.#roomBps = aims.graph.capacityBps.map((capacity, arc) => {
      const most = Math.max(capacity * (aims.limit[arc] as number), this.#startBps[arc] as number);
      return most + ROUNDING * Math.max(most, capacity);
    });
  }

  /** Is there anything left to gain, and to try? */
  isWorthwhile({ score }: SafeWay): boolean {
    const isClean = score.staleBps + score.overloadBps + score.avoidedBps <= this.floorBps;
    return this.#trials > 0 && !(isClean && score.mlu <= this.#aims.enoughMlu * (1 + PRUNE_TOLERANCE));
  }

  run(hints: readonly MetricSetting[], choice: number): SafeWay {
    const made: MetricSetting[] = [];
    let best: SafeWay = { settings: [], score: this.#scoreOf(this.#startBps) };
    for (let idle = 0; idle < PATIENCE && made.length < MAX_CHANGES; idle += 1) {
      const step = this.#nextStep(made, hints, choice);
      if (!step) break;
      made.push(step.setting);
      this.#state.set([step.setting]);
      if (compareScores(step.score, best.score, this.floorBps) >= 0 || !this.#aims.isAllowed(this.#state.cost))
        continue;
      best = { settings: [...made], score: step.score };
      idle = -1;
    }
    this.#undo(made);
    return this.#prune(best);
  }

  /** One of the best few safe steps. */
  #nextStep(made: readonly MetricSetting[], hints: readonly MetricSetting[], choice: number): Step | null {
    const taken = new Set(made.map(({ arc }) => arc));
    const hot = hottestArcs(this.#aims, this.#state.loadBps, this.#startBps, HOT_ARCS);
    let best: Step[] = [];
    for (const setting of [...hints, ...hot.flatMap((arc) => candidatesFor(this.#state, arc))]) {
      if (taken.has(setting.arc) || this.#trials <= 0) continue;
      this.#trials -= 1;
      const loadBps = this.#state.loadsWith([setting]);
      if (!this.#isSafe(loadBps)) continue;
      best = [...best, { setting, score: this.#scoreOf(loadBps) }]
        .sort((x, y) => compareHeat(x.score, y.score, this.floorBps))
        .slice(0, choice);
    }
    return best[this.#rng.below(Math.max(1, best.length))] ?? null;
  }

  /** Leaves out changes, the last ones first, that the result does not need and the others can do without. */
  #prune(best: SafeWay): SafeWay {
    let { settings, score } = best;
    for (const setting of settings.toReversed()) {
      const fewer = settings.filter((other) => other !== setting);
      const result = this.#walk(fewer);
      if (!result || compareScores(result, best.score, this.floorBps, PRUNE_TOLERANCE) > 0) continue;
      if (compareScores(result, this.#scoreOf(this.#startBps), this.floorBps) > 0) continue;
      settings = fewer;
      score = result;
    }
    return { settings, score };
  }

  /** Where these settings lead to; null where a step is not safe. */
  #walk(settings: readonly MetricSetting[]): MetricScore | null {
    let isSafe = true;
    const made: MetricSetting[] = [];
    for (const setting of settings) {
      made.push(setting);
      this.#state.set([setting]);
      isSafe = this.#isSafe(this.#state.loadBps);
      if (!isSafe) break;
    }
    const isGood = isSafe && this.#aims.isAllowed(this.#state.cost);
    const score = isGood ? this.#scoreOf(this.#state.loadBps) : null;
    this.#undo(made);
    return score;
  }

  #undo(made: readonly MetricSetting[]): void {
    this.#state.set(made.map(({ arc }) => ({ arc, to: this.#startCost[arc] as number })));
  }

  #isSafe(loadBps: Float64Array): boolean {
    return loadBps.every((bps, arc) => bps <= (this.#roomBps[arc] as number) || this.#aims.alive[arc] === 0);
  }

  #scoreOf(loadBps: Float64Array): MetricScore {
    return scoreOf(this.#aims, loadBps, this.#startBps);
  }
}
