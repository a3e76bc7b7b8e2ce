import type { Network } from '../../../topology/model.ts';
import { type DriftFinding, type DriftMemory, DriftWatch } from '../drift/watch.ts';
import { columnsOf } from '../feature-table.ts';
import { type DailyPeak, dayRunsFull, type FullDay } from '../forecast/full-day.ts';
import { forecastNow, type LiveForecast, type ModelsNow } from '../forecast/live.ts';
import { FORECAST_METRICS } from '../forecast/metrics.ts';
import { parseForecastModels } from '../forecast/model-file.ts';
import { SeriesStore } from '../forecast/series-store.ts';
import { lastKnown } from '../forecast/trivial.ts';
import { RISK_FEATURE_NAMES } from '../risk/features.ts';
import type { RiskModel } from '../risk/model.ts';
import { parseRiskModel } from '../risk/model-file.ts';
import { overFeatures } from '../risk/over-features.ts';
import { idsOf } from './follower.ts';
import { type LinkNow, type LinkRisk, LinkRisks } from './link-risks.ts';
import type { Piece } from './pieces.ts';
import { TruthWindow } from './truth-window.ts';

/** What the engine is asked; plain data, so that it can be sent to a thread. */
export type EngineTask =
  /** Which engine it is: a new one has forgotten everything. */
  | { readonly kind: 'who' }
  /** Minutes for risks and truth, or steps for forecasts. */
  | { readonly kind: 'take'; readonly what: 'minutes' | 'steps'; readonly pieces: readonly Piece[] }
  /** The models that answer and watch from now on; a text that is left out has not changed. */
  | { readonly kind: 'risk-models'; readonly present: ModelText | null; readonly shadow: ModelText | null }
  | { readonly kind: 'forecast-model'; readonly text: string | null; readonly problem: string }
  | { readonly kind: 'predict'; readonly links: readonly LinkNow[] }
  | { readonly kind: 'forecast' }
  | { readonly kind: 'full-days'; readonly peaks: readonly ArcPeaks[]; readonly nowMs: number }
  | { readonly kind: 'judge'; readonly claims: readonly { readonly atMs: number; readonly minutes: number }[] }
  /** `memory` of an engine before this one; null where it is not the first question, or there was none. */
  | { readonly kind: 'drift'; readonly atMs: number; readonly memory: DriftMemory | null };

export interface ModelText {
  readonly id: string;
  readonly text: string;
}

export interface ArcPeaks {
  readonly id: string;
  readonly peaks: readonly DailyPeak[];
}

export interface Predicted {
  /** End of the newest minute that was looked at. */
  readonly atMs: number;
  /** False where the engine has seen no minutes: it is new, and everything has to be read again. */
  readonly hasMinutes: boolean;
  readonly links: readonly LinkRisk[];
  /** By model, horizon and link, NaN where unknown: to be judged later. */
  readonly claims: readonly { readonly modelId: string; readonly chances: readonly Float64Array[] }[];
}

export interface ForecastOf {
  readonly kind: 'arc' | 'device';
  readonly id: string;
  readonly metric: string;
  /** The newest value known. */
  readonly last: number;
  readonly forecast: LiveForecast;
}

export interface Forecasted {
  readonly atMs: number;
  readonly hasSteps: boolean;
  readonly forecasts: readonly ForecastOf[];
}

export interface EngineAnswers {
  readonly who: string;
  readonly take: null;
  readonly 'risk-models': null;
  readonly 'forecast-model': null;
  readonly predict: Predicted;
  readonly forecast: Forecasted;
  readonly 'full-days': readonly { readonly id: string; readonly full: FullDay }[];
  readonly judge: readonly (Float32Array | null)[];
  readonly drift: { readonly finding: DriftFinding; readonly memory: DriftMemory | null };
}

type TaskOf<Kind extends EngineTask['kind']> = Extract<EngineTask, { readonly kind: Kind }>;

interface NamedModel {
  readonly id: string;
  readonly model: RiskModel;
  /** What it looks at, of all features that are made now. */
  readonly trainedOn: readonly string[];
}

/** Everything that predicts a network, with its memory of the last hours and days; no I/O. */
export class PredictionEngine {
  readonly #id: string;
  readonly #network: Network;
  readonly #risks: LinkRisks;
  readonly #truth: TruthWindow;
  readonly #steps: SeriesStore;
  readonly #drift = new DriftWatch();
  #present: NamedModel | null = null;
  #shadow: NamedModel | null = null;
  #forecasts: ModelsNow = { problem: 'there is no forecast model' };

  /** `id` tells this engine from others. */
  constructor(network: Network, id: string) {
    this.#id = id;
    this.#network = network;
    this.#risks = new LinkRisks(network);
    this.#truth = new TruthWindow(network);
    const ids = idsOf(network);
    this.#steps = new SeriesStore(FORECAST_METRICS.reduce((sum, { kind }) => sum + ids[kind].length, 0));
  }

  run<Kind extends EngineTask['kind']>(task: TaskOf<Kind>): EngineAnswers[Kind] {
    return this.#answer(task) as EngineAnswers[Kind];
  }

  #answer(task: EngineTask): EngineAnswers[EngineTask['kind']] {
    if (task.kind === 'who') return this.#id;
    if (task.kind === 'take') return this.#take(task);
    if (task.kind === 'risk-models') return this.#takeRiskModels(task);
    if (task.kind === 'forecast-model') return this.#takeForecastModel(task);
    if (task.kind === 'predict') return this.#predict(task);
    if (task.kind === 'forecast') return this.#forecast();
    if (task.kind === 'judge') return task.claims.map(({ atMs, minutes }) => this.#truth.outcomes(atMs, minutes));
    if (task.kind === 'drift') return this.#lookForDrift(task);
    return task.peaks.map(({ id, peaks }) => ({ id, full: dayRunsFull(peaks, task.nowMs) }));
  }

  #take({ what, pieces }: TaskOf<'take'>): null {
    for (const piece of pieces) {
      if (what === 'steps') this.#steps.add(piece.kind, piece.id, piece.metric, piece.atMs, piece.values);
      else {
        this.#risks.take(piece);
        this.#truth.take(piece);
      }
    }
    return null;
  }

  #takeRiskModels({ present, shadow }: TaskOf<'risk-models'>): null {
    // What is usual is learnt anew for another model.
    if (this.#present !== null && present !== null && present.id !== this.#present.id) this.#drift.reset();
    this.#present = named(present);
    this.#shadow = named(shadow);
    return null;
  }

  #lookForDrift({ atMs, memory }: TaskOf<'drift'>): EngineAnswers['drift'] {
    if (memory !== null) this.#drift.restore(memory);
    return { finding: this.#drift.finding(atMs), memory: this.#drift.memory() };
  }

  #takeForecastModel({ text, problem }: TaskOf<'forecast-model'>): null {
    this.#forecasts = text === null ? { problem } : { models: parseForecastModels(text) };
    return null;
  }

  #predict({ links }: TaskOf<'predict'>): Predicted {
    const atMs = this.#risks.untilMs;
    const hasMinutes = Number.isFinite(atMs);
    if (!hasMinutes || this.#present === null) return { atMs, hasMinutes, links: [], claims: [] };
    const table = this.#risks.features();
    const chances = this.#risks.chances(this.#present.model, table);
    const isKnown = links.map(({ unknown }, link) => unknown === null && !Number.isNaN(chances[0]?.[link]));
    // A change of what no model looks at asks for no new model.
    this.#drift.see(atMs, columnsOf(table, this.#present.trainedOn), isKnown);
    const watched = this.#shadow === null ? [] : [claim(this.#shadow, this.#risks.chances(this.#shadow.model, table))];
    return {
      ...{ atMs, hasMinutes },
      links: this.#risks.describe(this.#present.model, links, table, chances),
      claims: [claim(this.#present, chances), ...watched],
    };
  }

  #forecast(): Forecasted {
    const ids = idsOf(this.#network);
    const forecasts = FORECAST_METRICS.flatMap((metric) =>
      ids[metric.kind].flatMap((id) => {
        const series = this.#steps.series(metric.kind, id, metric.metric);
        const forecast = series === null ? null : forecastNow(series, metric, this.#forecasts);
        if (series === null || forecast === null) return [];
        const last = lastKnown(series.values, series.values.length - 1, 6);
        return [{ kind: metric.kind as 'arc' | 'device', id, metric: metric.metric, last, forecast }];
      }),
    );
    const atMs = this.#steps.newestMs;
    return { atMs, hasSteps: atMs >= 0, forecasts };
  }
}

/** Over the features as they are made now; whoever hands models out has seen that there are enough. */
function named(given: ModelText | null): NamedModel | null {
  if (given === null) return null;
  const own = parseRiskModel(given.text);
  const model = overFeatures(own, RISK_FEATURE_NAMES);
  return model === null ? null : { id: given.id, model, trainedOn: own.features };
}

function claim({ id }: NamedModel, chances: readonly Float64Array[]): Predicted['claims'][number] {
  return { modelId: id, chances };
}
