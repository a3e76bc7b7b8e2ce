import { RISK_LEVELS, type RiskLevel, riskLevelOf } from '../../core/risk.ts';

const DAY_MS = 86_400_000;
/** Days that count: the rolling window of calibration. */
export const LEDGER_DAYS = 14;
/** Upper edges of the bins of probabilities: narrow where most are. */
const EDGES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** Sums of one day, model and horizon: what was said, and what came. */
interface RiskDay {
  readonly dayMs: number;
  readonly modelId: string;
  readonly horizonMs: number;
  /** By bin: how many, the sum of their probabilities, and how many came true. */
  readonly bins: [count: number, probabilities: number, truths: number][];
  /** Sum of squared distances of probability and truth. */
  squares: number;
  readonly levels: Record<RiskLevel, [rated: number, cameTrue: number]>;
}

interface ForecastDay {
  readonly dayMs: number;
  readonly metric: string;
  readonly horizonMs: number;
  count: number;
  error: number;
  persistence: number;
  covered: number;
}

/** How past predictions turned out, day by day; plain data, small whatever the size of the network. */
export interface Ledger {
  updatedAtMs: number | null;
  risks: RiskDay[];
  forecasts: ForecastDay[];
}

export const emptyLedger = (): Ledger => ({ updatedAtMs: null, risks: [], forecasts: [] });

/** Probabilities of one moment with what came of them; NaN on either side is not judged. */
export interface JudgedRisks {
  readonly atMs: number;
  readonly modelId: string;
  readonly horizonMs: number;
  readonly probabilities: ArrayLike<number>;
  readonly truths: ArrayLike<number>;
}

/** Enters what was judged; answers how many that were. */
export function enterRisks(ledger: Ledger, { atMs, modelId, horizonMs, probabilities, truths }: JudgedRisks): number {
  const day = riskDay(ledger, dayOf(atMs), modelId, horizonMs);
  let entered = 0;
  for (let at = 0; at < probabilities.length; at += 1) {
    const [probability, truth] = [probabilities[at] as number, truths[at] as number];
    if (!Number.isFinite(probability) || !Number.isFinite(truth)) continue;
    const bin = day.bins[EDGES.findIndex((edge) => probability <= edge)] as RiskDay['bins'][number];
    bin[0] += 1;
    bin[1] += probability;
    bin[2] += truth;
    day.squares += (probability - truth) ** 2;
    const level = day.levels[riskLevelOf(probability)];
    level[0] += 1;
    level[1] += truth;
    entered += 1;
  }
  return entered;
}

export interface JudgedForecast {
  readonly atMs: number;
  readonly metric: string;
  readonly horizonMs: number;
  readonly truth: number;
  /** The last value that was known when the forecast was made. */
  readonly last: number;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

export function enterForecast(ledger: Ledger, judged: JudgedForecast): void {
  const { atMs, metric, horizonMs, truth, last, p10, p50, p90 } = judged;
  if (![truth, last, p50].every(Number.isFinite)) return;
  const dayMs = dayOf(atMs);
  let day = ledger.forecasts.find(
    (each) => each.dayMs === dayMs && each.metric === metric && each.horizonMs === horizonMs,
  );
  if (!day) {
    day = { dayMs, metric, horizonMs, count: 0, error: 0, persistence: 0, covered: 0 };
    ledger.forecasts.push(day);
  }
  day.count += 1;
  day.error += Math.abs(truth - p50);
  day.persistence += Math.abs(truth - last);
  if (truth >= p10 && truth <= p90) day.covered += 1;
}

/** Days that do not count any more go. */
export function trimLedger(ledger: Ledger, nowMs: number): void {
  const firstMs = dayOf(nowMs) - (LEDGER_DAYS - 1) * DAY_MS;
  ledger.risks = ledger.risks.filter(({ dayMs }) => dayMs >= firstMs);
  ledger.forecasts = ledger.forecasts.filter(({ dayMs }) => dayMs >= firstMs);
  ledger.updatedAtMs = nowMs;
}

export interface HorizonQuality {
  readonly horizonMs: number;
  readonly judged: number;
  readonly cameTrue: number;
  readonly meanProbability: number | null;
  readonly brierSkill: number | null;
  readonly calibrationError: number | null;
  readonly calibration: { readonly predicted: number; readonly observed: number; readonly count: number }[];
  readonly levels: { readonly level: RiskLevel; readonly rated: number; readonly degraded: number }[];
}

/** How one model did over the days of the ledger, by horizon. */
export function riskQuality(ledger: Ledger, modelId: string): HorizonQuality[] {
  const own = ledger.risks.filter((day) => day.modelId === modelId);
  const horizons = [...new Set(own.map(({ horizonMs }) => horizonMs))].sort((x, y) => x - y);
  return horizons.map((horizonMs) =>
    qualityOf(
      horizonMs,
      own.filter((day) => day.horizonMs === horizonMs),
    ),
  );
}

function qualityOf(horizonMs: number, days: readonly RiskDay[]): HorizonQuality {
  const sum = (of: (day: RiskDay) => number) => days.reduce((total, day) => total + of(day), 0);
  const bins = EDGES.map(
    (_, bin) => [0, 1, 2].map((part) => sum((day) => day.bins[bin]?.[part as 0] ?? 0)) as [number, number, number],
  );
  const judged = bins.reduce((total, [count]) => total + count, 0);
  const cameTrue = bins.reduce((total, [, , truths]) => total + truths, 0);
  const said = bins.reduce((total, [, probabilities]) => total + probabilities, 0);
  const prevalence = cameTrue / judged;
  const spread = prevalence * (1 - prevalence);
  const calibration = bins
    .filter(([count]) => count > 0)
    .map(([count, probabilities, truths]) => ({ predicted: probabilities / count, observed: truths / count, count }));
  return {
    ...{ horizonMs, judged, cameTrue, calibration },
    meanProbability: judged > 0 ? said / judged : null,
    brierSkill: spread > 0 ? 1 - sum((day) => day.squares) / judged / spread : null,
    calibrationError:
      judged > 0
        ? calibration.reduce(
            (total, { predicted, observed, count }) => total + (count * Math.abs(predicted - observed)) / judged,
            0,
          )
        : null,
    levels: RISK_LEVELS.map((level) => ({
      ...{ level, rated: sum((day) => day.levels[level][0]), degraded: sum((day) => day.levels[level][1]) },
    })),
  };
}

export interface ForecastQuality {
  readonly metric: string;
  readonly horizonMs: number;
  readonly judged: number;
  readonly meanAbsoluteError: number | null;
  readonly persistenceError: number | null;
  readonly covered: number | null;
}

export function forecastQuality({ forecasts }: Ledger): ForecastQuality[] {
  const groups = new Map<string, ForecastDay[]>();
  for (const day of forecasts) {
    const name = `${day.metric} ${String(day.horizonMs).padStart(12)}`;
    groups.set(name, [...(groups.get(name) ?? []), day]);
  }
  return [...groups]
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .map(([, days]) => {
      const sum = (of: (day: ForecastDay) => number) => days.reduce((total, day) => total + of(day), 0);
      const judged = sum(({ count }) => count);
      const { metric, horizonMs } = days[0] as ForecastDay;
      return {
        ...{ metric, horizonMs, judged },
        meanAbsoluteError: sum(({ error }) => error) / judged,
        persistenceError: sum(({ persistence }) => persistence) / judged,
        covered: sum(({ covered }) => covered) / judged,
      };
    });
}

function riskDay(ledger: Ledger, dayMs: number, modelId: string, horizonMs: number): RiskDay {
  const known = ledger.risks.find(
    (each) => each.dayMs === dayMs && each.modelId === modelId && each.horizonMs === horizonMs,
  );
  if (known) return known;
  const levels = Object.fromEntries(RISK_LEVELS.map((level) => [level, [0, 0]])) as unknown as RiskDay['levels'];
  const day: RiskDay = { dayMs, modelId, horizonMs, bins: EDGES.map(() => [0, 0, 0]), squares: 0, levels };
  ledger.risks.push(day);
  return day;
}

function dayOf(atMs: number): number {
  return Math.floor(atMs / DAY_MS) * DAY_MS;
}
