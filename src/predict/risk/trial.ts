import type { ScoredTrack } from '../evaluation/alarms.ts';
import { logisticMargin } from '../logistic.ts';
import { MINUTE_MS } from '../minutes.ts';
import { type RiskRule, riskRules } from './baselines.ts';
import type { RiskMoment } from './collector.ts';
import { type Failure, type Labeller, RISK_HORIZONS } from './labels.ts';
import { predictRisks, type RiskModel } from './model.ts';

/** The scorer that is judged, beside the rules. */
export const MODEL = 'model';
export const LOGISTIC_RULE = 'logistic regression';

/** Rows of one world that count, with what every scorer said of them. */
export interface TrialRows {
  readonly link: Int32Array;
  readonly minute: Int32Array;
  /** By horizon. */
  readonly within: readonly Float32Array[];
  /** The model's chances by horizon. */
  readonly chances: readonly Float32Array[];
  /** By rule, for the longest horizon. */
  readonly rules: ReadonlyMap<string, Float32Array>;
}

/** A world in which a model was tried: never learnt from. */
export interface Trial {
  readonly rows: TrialRows;
  readonly linkIds: readonly string[];
  readonly failures: readonly Failure[];
  readonly firstMinute: number;
  readonly stepMinutes: number;
  readonly stepCount: number;
}

/** Numbers that come one by one. */
class Growing {
  #values = new Float32Array(1024);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float32Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  done(): Float32Array {
    return this.#values.slice(0, this.#length);
  }
}

/** Lets a model and all rules judge moment after moment of one world, and keeps what they said of links that count. */
export class TrialRun {
  readonly #model: RiskModel;
  readonly #stepMinutes: number;
  readonly #rules: readonly RiskRule[] = riskRules();
  readonly #link = new Growing();
  readonly #atMs: number[] = [];
  readonly #step = new Growing();
  readonly #within = RISK_HORIZONS.map(() => new Growing());
  readonly #chances = RISK_HORIZONS.map(() => new Growing());
  readonly #scores: ReadonlyMap<string, Growing>;

  constructor(model: RiskModel, stepMinutes: number) {
    this.#model = model;
    this.#stepMinutes = stepMinutes;
    this.#scores = new Map(
      [...this.#rules.map(({ name }) => name), LOGISTIC_RULE].map((name) => [name, new Growing()]),
    );
  }

  see({ table, labels, atMs }: RiskMoment): void {
    const step = this.#atMs.push(atMs) - 1;
    const chances = predictRisks(this.#model, table);
    const rules = this.#rules.map((rule) => [rule.name, rule.score(table)] as const);
    const linear = this.#model.horizons.at(-1)?.ensemble.members.logistic;
    for (let link = 0; link < table.rowCount; link += 1) {
      if (labels.counts[link] === 0) continue;
      this.#link.push(link);
      this.#step.push(step);
      for (const [at, kept] of this.#within.entries()) kept.push((labels.within[at] as Float32Array)[link] as number);
      for (const [at, kept] of this.#chances.entries()) kept.push((chances[at] as Float64Array)[link] as number);
      for (const [name, scores] of rules) this.#scores.get(name)?.push(scores[link] as number);
      if (linear)
        this.#scores.get(LOGISTIC_RULE)?.push(logisticMargin(linear, table.values, link * table.names.length));
    }
  }

  finish({ timeline, failures }: Labeller): Trial {
    const minuteOf = (atMs: number) => Math.round((atMs - timeline.fromMs) / MINUTE_MS);
    return {
      rows: {
        link: Int32Array.from(this.#link.done()),
        minute: Int32Array.from(this.#step.done(), (step) => minuteOf(this.#atMs[step] as number)),
        within: this.#within.map((kept) => kept.done()),
        chances: this.#chances.map((kept) => kept.done()),
        rules: new Map([...this.#scores].map(([name, kept]) => [name, kept.done()])),
      },
      linkIds: timeline.linkIds,
      failures,
      firstMinute: minuteOf(this.#atMs[0] ?? timeline.fromMs),
      stepMinutes: this.#stepMinutes,
      stepCount: this.#atMs.length,
    };
  }
}

/** What a scorer said of the longest horizon, row by row. */
export function scoresOf({ rows }: Trial, scorer: string): Float32Array {
  return (scorer === MODEL ? rows.chances.at(-1) : rows.rules.get(scorer)) as Float32Array;
}

/** The scores of each link over time, with the failures that could be foreseen from within it. */
export function tracksOf(
  trial: Trial,
  scorer: string,
  keep: (failure: Failure) => boolean = () => true,
): ScoredTrack[] {
  const { rows, firstMinute, stepMinutes, stepCount } = trial;
  const scores = scoresOf(trial, scorer);
  const byLink = trial.linkIds.map(() => new Float32Array(stepCount).fill(Number.NaN));
  for (let row = 0; row < scores.length; row += 1) {
    const step = Math.round(((rows.minute[row] as number) - firstMinute) / stepMinutes);
    (byLink[rows.link[row] as number] as Float32Array)[step] = scores[row] as number;
  }
  const onsets: number[][] = trial.linkIds.map(() => []);
  const end = firstMinute + stepCount * stepMinutes;
  for (const failure of trial.failures) {
    if (failure.onset >= firstMinute && failure.onset < end && keep(failure)) onsets[failure.link]?.push(failure.onset);
  }
  return byLink.map((own, link) => ({ firstMinute, stepMinutes, scores: own, onsets: onsets[link] as number[] }));
}
