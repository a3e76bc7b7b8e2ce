import { DetourError } from '../core/errors.ts';
import type { HistoryKind } from '../history/history.ts';
import type { DriftMemory } from '../predict/drift/watch.ts';
import { FORECAST_HORIZONS_MS, FORECAST_STEP_MS } from '../predict/forecast/metrics.ts';
import type { AlarmBook } from '../predict/live/alarms.ts';
import { calibrationFinding } from '../predict/live/calibration-watch.ts';
import { readPieces } from '../predict/live/follower.ts';
import {
  emptyLedger,
  enterForecast,
  enterRisks,
  forecastQuality,
  LEDGER_DAYS,
  type Ledger,
  riskQuality,
  trimLedger,
} from '../predict/live/ledger.ts';
import { RISK_HORIZONS } from '../predict/risk/labels.ts';
import type { ForesightDeps } from './deps.ts';
import { type ForecastClaim, forecastClaims } from './forecast-round.ts';
import type { ModelLoader } from './model-loader.ts';
import { CLAIM_EVERY_MS, healedLinks, type RiskClaim, riskClaims } from './risk-round.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** The last minutes of a horizon come with the next round of the history. */
const SETTLE_MS = 3 * MINUTE_MS;

/** Every few minutes: compares what was said with what came, and what comes in with what is usual. */
export class JudgeRound {
  readonly #deps: ForesightDeps;
  readonly #models: ModelLoader;
  readonly #onDrift: () => Promise<void>;
  #isDriftRestored = false;

  constructor(deps: ForesightDeps, models: ModelLoader, onDrift: () => Promise<void>) {
    this.#deps = deps;
    this.#models = models;
    this.#onDrift = onDrift;
  }

  async round(): Promise<{ readonly risks: number; readonly forecasts: number }> {
    const { store, clock } = this.#deps;
    const nowMs = clock.nowMs();
    const ledger = ((await store.predictions.report('ledger')) as Ledger | null) ?? emptyLedger();
    const risks = await this.#judgeRisks(ledger, nowMs);
    const forecasts = await this.#judgeForecasts(ledger, nowMs);
    trimLedger(ledger, nowMs);
    await store.predictions.writeReport('ledger', ledger);
    await this.#writeQuality(ledger, nowMs);
    await this.#watchCalibration(ledger, nowMs);
    await this.#lookForDrift(nowMs);
    return { risks, forecasts };
  }

  async #judgeRisks(ledger: Ledger, nowMs: number): Promise<number> {
    const { store, network, run } = this.#deps;
    const healed = healedLinks(await store.plans.briefs('all'));
    const places = new Map(network.network.links.map(({ id }, at) => [id, at]));
    let judged = 0;
    for (const { name, minutes } of RISK_HORIZONS) {
      const horizonMs = minutes * MINUTE_MS;
      const dueMs = nowMs - horizonMs - SETTLE_MS;
      const due = await store.predictions.claims(riskClaims(name), dueMs);
      if (due.length === 0) continue;
      const outcomes = await run({ kind: 'judge', claims: due.map(({ atMs }) => ({ atMs, minutes })) });
      for (const [at, { atMs, body }] of due.entries()) {
        const { links, models } = body as RiskClaim;
        const all = outcomes[at];
        // The engine began after this was said: what came is not known to it.
        if (!all) continue;
        const truths = links.map((link) => outcomeOf(all[places.get(link) ?? -1], healed.get(link), atMs, horizonMs));
        for (const { modelId, chances } of models) {
          const probabilities = chances.map((chance) => chance ?? Number.NaN);
          judged += enterRisks(ledger, { atMs, modelId, horizonMs, probabilities, truths });
        }
      }
      await store.predictions.settle(riskClaims(name), dueMs);
    }
    return judged;
  }

  async #judgeForecasts(ledger: Ledger, nowMs: number): Promise<number> {
    const { store } = this.#deps;
    let judged = 0;
    for (const horizonMs of FORECAST_HORIZONS_MS) {
      const dueMs = nowMs - horizonMs - FORECAST_STEP_MS - SETTLE_MS;
      const due = await store.predictions.claims(forecastClaims(horizonMs), dueMs);
      for (const { atMs, body } of due) {
        const { rows } = body as ForecastClaim;
        const truths = await this.#truthsAt(rows, atMs + horizonMs);
        if (truths === null) return judged;
        for (const [kind, id, metric, last, p10, p50, p90] of rows) {
          const truth = truths.get(`${kind} ${id} ${metric}`) ?? Number.NaN;
          enterForecast(ledger, { atMs, metric, horizonMs, truth, last, p10, p50, p90 });
          judged += Number.isFinite(truth) ? 1 : 0;
        }
      }
      await store.predictions.settle(forecastClaims(horizonMs), dueMs);
    }
    return judged;
  }

  /** What came in one step; null where the history cannot be read now. */
  async #truthsAt(rows: ForecastClaim['rows'], atMs: number): Promise<Map<string, number> | null> {
    const truths = new Map<string, number>();
    const kinds = [...new Set(rows.map(([kind]) => kind))] as HistoryKind[];
    const wanted = kinds.map((kind) => {
      const own = rows.filter((row) => row[0] === kind);
      return { kind, ids: [...new Set(own.map((row) => row[1]))], metrics: [...new Set(own.map((row) => row[2]))] };
    });
    const span = { fromMs: atMs, toMs: atMs + FORECAST_STEP_MS, stepMs: FORECAST_STEP_MS };
    try {
      await readPieces(
        {
          history: this.#deps.history,
          take: async (pieces) => {
            for (const { kind, id, metric, values } of pieces)
              truths.set(`${kind} ${id} ${metric}`, values[0] as number);
          },
        },
        wanted,
        span,
        () => 'mean',
      );
      return truths;
    } catch (error) {
      if (error instanceof DetourError) return null;
      throw error;
    }
  }

  async #writeQuality(ledger: Ledger, nowMs: number): Promise<void> {
    const { store } = this.#deps;
    const { id } = await this.#models.risk();
    const book = (await store.predictions.report('alarms')) as AlarmBook | null;
    const horizons = id === null ? [] : riskQuality(ledger, id);
    const isEmpty = ledger.risks.length === 0 && ledger.forecasts.length === 0;
    await store.predictions.writeReport('quality', {
      ...{ updatedAtMs: nowMs, sinceMs: Math.floor(nowMs / DAY_MS) * DAY_MS - (LEDGER_DAYS - 1) * DAY_MS },
      unknown: isEmpty ? 'no prediction is old enough to be judged yet: the first are after 30 min' : null,
      ...{ horizons, alarms: book?.alarms ?? [], forecasts: forecastQuality(ledger) },
    });
  }

  async #lookForDrift(nowMs: number): Promise<void> {
    const { store, run } = this.#deps;
    const memory = this.#isDriftRestored
      ? null
      : ((await store.predictions.report('drift-memory')) as DriftMemory | null);
    this.#isDriftRestored = true;
    const { finding, memory: kept } = await run({ kind: 'drift', atMs: nowMs, memory });
    const before = (await store.predictions.report('drift')) as { isDrifting: boolean; sinceMs: number | null } | null;
    if (kept !== null) await store.predictions.writeReport('drift-memory', kept);
    const wasDrifting = before?.isDrifting ?? false;
    const { isDrifting, features, days } = finding;
    const { id } = await this.#models.risk();
    const told = features.filter((each) => each.isDrifting).map(({ feature }) => feature);
    await store.predictions.writeReport('drift', {
      ...{ updatedAtMs: nowMs, modelId: id, isDrifting, features },
      sinceMs: isDrifting ? (wasDrifting ? (before?.sinceMs ?? nowMs) : nowMs) : null,
      reason: days < 7 ? `what is usual takes 7 days to learn, ${days} are known` : null,
    });
    if (isDrifting === wasDrifting) return;
    const message = isDrifting
      ? `what comes in has changed: ${told.slice(0, 5).join(', ')}; new models are trained`
      : 'what comes in looks usual again';
    const about = { linkId: null, deviceId: null, proposalId: null, details: { features: told.slice(0, 20) } };
    const severity = isDrifting ? ('warning' as const) : ('info' as const);
    await store.events.append([{ atMs: nowMs, type: 'drift', severity, cleared: !isDrifting, message, ...about }]);
    if (isDrifting) await this.#train();
  }

  /** Chances that do not come true as often as they say need a new model, whatever the features look like. */
  async #watchCalibration(ledger: Ledger, nowMs: number): Promise<void> {
    const { store } = this.#deps;
    const { id } = await this.#models.risk();
    if (id === null) return;
    const { isDrifting, days, expected, observed } = calibrationFinding(ledger, id, nowMs, CLAIM_EVERY_MS);
    const before = (await store.predictions.report('calibration')) as { isDrifting: boolean; modelId: string } | null;
    const found = { updatedAtMs: nowMs, modelId: id, isDrifting, days, expected, observed };
    await store.predictions.writeReport('calibration', found);
    const wasDrifting = before?.isDrifting === true && before.modelId === id;
    if (isDrifting && !wasDrifting) await this.#tellCalibration(id, expected, observed, nowMs);
    if (isDrifting) await this.#train();
  }

  async #tellCalibration(modelId: string, expected: number, observed: number, nowMs: number): Promise<void> {
    const message = `what model ${modelId} says does not come true as often as it says: in seven days ${expected.toFixed(0)} failures were to be expected, ${observed.toFixed(0)} came; new models are trained`;
    const about = { linkId: null, deviceId: null, proposalId: null, details: { modelId, expected, observed } };
    const event = { atMs: nowMs, type: 'drift', severity: 'warning', cleared: false, message } as const;
    await this.#deps.store.events.append([{ ...event, ...about }]);
  }

  /** Whatever asks for it, models are trained at most once a day beside the schedule. */
  async #train(): Promise<void> {
    if (await this.#deps.store.leases.once('retrain', DAY_MS)) await this.#onDrift();
  }
}

/** A quiet link that was healed because of its prediction proves nothing either way and is left out. */
function outcomeOf(truth: number | undefined, healedAtMs: number | undefined, atMs: number, horizonMs: number): number {
  if (truth === undefined) return Number.NaN;
  const isHealed = healedAtMs !== undefined && healedAtMs >= atMs - horizonMs && healedAtMs <= atMs + horizonMs;
  return truth === 0 && isHealed ? Number.NaN : truth;
}
