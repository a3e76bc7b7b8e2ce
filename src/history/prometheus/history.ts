import type { Clock } from '../../core/clock.ts';
import type { HistoryRecord } from '../../store/history-record.ts';
import { emptySeries, requireCells } from '../answers.ts';
import { baselineOf } from '../baseline.ts';
import {
  type BaselineAnswer,
  type BaselineQuery,
  DAY_MS,
  type FeedCursor,
  type HistoryReader,
  type HistoryWriter,
  type ImportBlock,
  MINUTE_MS,
  type MinuteBlock,
  type RangeAnswer,
  type RangeQuery,
  type Retention,
  type ScanQuery,
  type SeriesRange,
  type Upkeep,
} from '../history.ts';
import { type Steps, stepsOf } from '../steps.ts';
import { type MatrixSeries, PrometheusClient } from './client.ts';
import { labelMatchers, metricOf, type Selection, selector, seriesName } from './promql.ts';
import type { WireSeries } from './wire.ts';

export interface PrometheusHistoryOptions {
  readonly url: string;
  readonly networkName: string;
  readonly retention: Retention;
  readonly clock: Clock;
  /** Told when the database refused samples for good. */
  readonly onWarning?: (message: string) => void;
}

/** Each figure of an answer as the function over time that gives it. */
const FUNCTIONS = {
  count: (window: string) => `count_over_time(${window})`,
  min: (window: string) => `min_over_time(${window})`,
  max: (window: string) => `max_over_time(${window})`,
  mean: (window: string) => `avg_over_time(${window})`,
  last: (window: string) => `last_over_time(${window})`,
  p95: (window: string) => `quantile_over_time(0.95, ${window})`,
} as const;
type Figure = keyof typeof FUNCTIONS;
const FIGURES = Object.keys(FUNCTIONS) as Figure[];

/** What series are about. */
type Named = Pick<ScanQuery, 'kind' | 'ids'>;

const QUERIES_AT_ONCE = 4;
const SAMPLES_PER_WRITE = 20_000;
/** Minutes of one question, below the 11,000 steps that are answered. */
const MINUTES_AT_ONCE = 7 * 1440;

/**
 * History in a Prometheus-compatible database: remote write out, PromQL back. How long what is kept is up to the
 * database. Samples may be sent twice after a crash, which it takes for one.
 */
export class PrometheusHistory implements HistoryWriter, HistoryReader {
  readonly #options: PrometheusHistoryOptions;
  readonly #client: PrometheusClient;
  /** By how much a window is to be shorter than its step, ms. */
  #windowTrim: Promise<number> | null = null;

  constructor(options: PrometheusHistoryOptions) {
    this.#options = options;
    this.#client = new PrometheusClient(options.url);
  }

  /** What was written was taken out of the feed: whatever is in it comes next. */
  async start(): Promise<FeedCursor> {
    return { id: '0', number: 0 };
  }

  async append(records: readonly HistoryRecord[], _cursor: FeedCursor): Promise<void> {
    const series = new Map<string, { labels: WireSeries['labels']; samples: Map<number, number> }>();
    for (const { kind, id, atMs, values } of records) {
      for (const [metric, value] of Object.entries(values)) {
        const key = `${metric} ${kind} ${id}`;
        let one = series.get(key);
        if (!one) {
          one = { labels: this.#labels(kind, id, metric), samples: new Map() };
          series.set(key, one);
        }
        one.samples.set(Math.floor(atMs), value);
      }
    }
    await this.#send([...series.values()]);
  }

  #labels(kind: string, id: string, metric: string): WireSeries['labels'] {
    return [
      ['__name__', seriesName(metric)],
      ['id', id],
      ['kind', kind],
      ['network', this.#options.networkName],
    ];
  }

  async #send(
    series: readonly { labels: WireSeries['labels']; samples: ReadonlyMap<number, number> }[],
  ): Promise<void> {
    let request: WireSeries[] = [];
    let count = 0;
    const flush = async (): Promise<void> => {
      const refused = request.length > 0 ? await this.#client.write(request) : null;
      if (refused !== null) this.#options.onWarning?.(`the history's database refused samples: ${refused}`);
      [request, count] = [[], 0];
    };
    for (const { labels, samples } of series) {
      const inOrder = [...samples].sort(([x], [y]) => x - y).map(([atMs, value]) => ({ atMs, value }));
      for (let start = 0; start < inOrder.length; start += SAMPLES_PER_WRITE) {
        const some = inOrder.slice(start, start + SAMPLES_PER_WRITE);
        request.push({ labels, samples: some });
        count += some.length;
        if (count >= SAMPLES_PER_WRITE) await flush();
      }
    }
    await flush();
  }

  async importMinutes(blocks: Iterable<ImportBlock> | AsyncIterable<ImportBlock>): Promise<{ rows: number }> {
    let rows = 0;
    for await (const { kind, id, metric, atMs, values } of blocks) {
      const samples = new Map<number, number>();
      for (let index = 0; index < atMs.length; index += 1) {
        const value = values[index] as number;
        if (!Number.isNaN(value)) samples.set(atMs[index] as number, value);
      }
      rows += samples.size;
      await this.#send([{ labels: this.#labels(kind, id, metric), samples }]);
    }
    return { rows };
  }

  async tick(): Promise<{ closedHours: number }> {
    return { closedHours: 0 };
  }

  /** The database drops what is old by its own settings. */
  async prune(): Promise<Upkeep> {
    return { closedHours: 0, droppedFiles: 0, bytes: 0, isOverBudget: false };
  }

  async range(query: RangeQuery): Promise<RangeAnswer> {
    const forEver = { rawMs: Number.POSITIVE_INFINITY, minuteMs: Number.POSITIVE_INFINITY };
    const steps = stepsOf(query, forEver, this.#options.clock.nowMs());
    const metrics = query.metrics ?? (await this.#metricsOf(query, steps));
    const answers = new Map<string, SeriesRange>();
    const jobs = metrics.flatMap((metric) => FIGURES.map((figure) => ({ metric, figure })));
    await inParallel(jobs, async ({ metric, figure }) => {
      for (const found of await this.#figure(this.#selection(query), metric, figure, steps)) {
        const id = found.labels.id ?? '';
        const key = `${metric} ${id}`;
        let series = answers.get(key);
        if (!series) {
          requireCells((answers.size + 1) * steps.buckets);
          series = emptySeries(id, metric, steps.buckets);
          answers.set(key, series);
        }
        place(series[figure], found, steps);
      }
    });
    const { fromMs, stepMs, buckets } = steps;
    return { fromMs, stepMs, buckets, resolution: 'raw', series: [...answers.values()] };
  }

  #selection({ kind, ids }: Named): Selection {
    return { networkName: this.#options.networkName, kind, ids };
  }

  async #metricsOf(query: Named, { fromMs, toMs }: Pick<Steps, 'fromMs' | 'toMs'>) {
    const names = await this.#client.seriesNames(`{${labelMatchers(this.#selection(query))}}`, fromMs, toMs);
    return names.flatMap((name) => metricOf(name) ?? []);
  }

  /** One figure of every bucket: the function over the window that ends with the bucket's last millisecond. */
  async #figure(selection: Selection, metric: string, figure: Figure, steps: Steps): Promise<MatrixSeries[]> {
    const { fromMs, toMs, stepMs } = steps;
    const trim = await this.#trim();
    const window = `${selector(metric, selection)}[${stepMs - trim}ms]`;
    return this.#client.queryRange(FUNCTIONS[figure](window), fromMs + stepMs - 1, toMs - 1, stepMs);
  }

  /**
   * Prometheus before 3.0 takes a window with both its ends, others without the first one. A subquery over three
   * moments tells them apart.
   */
  #trim(): Promise<number> {
    this.#windowTrim ??= this.#client
      .queryNumber('count_over_time(vector(1)[1s:500ms])', 10_000)
      .then((count) => (count === 3 ? 1 : 0))
      .catch((error: unknown) => {
        this.#windowTrim = null;
        throw error;
      });
    return this.#windowTrim;
  }

  async baseline({ kind, id, metric, days, toMs }: BaselineQuery): Promise<BaselineAnswer> {
    const fromMs = toMs - days * DAY_MS;
    const atMs: number[] = [];
    const means: number[] = [];
    for await (const part of this.#minutes({ kind, ids: [id] }, metric, ['mean'], fromMs, toMs)) {
      atMs.push(...part.atMs);
      means.push(...part.mean);
    }
    return { fromMs, toMs, hours: baselineOf(atMs, means) };
  }

  async *scan(query: ScanQuery): AsyncIterable<MinuteBlock> {
    const metrics = query.metrics ?? (await this.#metricsOf(query, query));
    for (let dayMs = Math.floor(query.fromMs / DAY_MS) * DAY_MS; dayMs < query.toMs; dayMs += DAY_MS) {
      const [fromMs, toMs] = [Math.max(dayMs, query.fromMs), Math.min(dayMs + DAY_MS, query.toMs)];
      for (const metric of metrics) yield* this.#minutes(query, metric, FIGURES, fromMs, toMs);
    }
  }

  async *#minutes(
    query: Named,
    metric: string,
    figures: readonly Figure[],
    fromMs: number,
    toMs: number,
  ): AsyncIterable<MinuteBlock> {
    const piece = MINUTES_AT_ONCE * MINUTE_MS;
    for (let startMs = Math.floor(fromMs / MINUTE_MS) * MINUTE_MS; startMs < toMs; startMs += piece) {
      const buckets = Math.ceil((Math.min(startMs + piece, toMs) - startMs) / MINUTE_MS);
      const endMs = startMs + buckets * MINUTE_MS;
      const steps: Steps = { fromMs: startMs, toMs: endMs, stepMs: MINUTE_MS, buckets, resolution: 'raw' };
      const answers = new Map<string, SeriesRange>();
      await inParallel([...figures], async (figure) => {
        for (const found of await this.#figure(this.#selection(query), metric, figure, steps)) {
          const id = found.labels.id ?? '';
          const series = answers.get(id) ?? emptySeries(id, metric, buckets);
          answers.set(id, series);
          place(series[figure], found, steps);
        }
      });
      for (const series of answers.values()) yield blockOf(query.kind, series, startMs);
    }
  }

  async stop(): Promise<void> {}

  async close(): Promise<void> {}
}

function place(figures: (number | null)[], { values }: MatrixSeries, { fromMs, stepMs }: Steps): void {
  for (const [seconds, text] of values) {
    const value = Number(text);
    if (Number.isFinite(value)) figures[Math.round((seconds * 1000 + 1 - fromMs) / stepMs) - 1] = value;
  }
}

function blockOf(kind: MinuteBlock['kind'], series: SeriesRange, fromMs: number): MinuteBlock {
  const known = series.mean.flatMap((mean, index) => (mean === null ? [] : [index]));
  const column = (figures: readonly (number | null)[]) =>
    Float64Array.from(known, (index) => figures[index] ?? Number.NaN);
  const { id, metric, count, min, max, mean, last } = series;
  return {
    kind,
    id,
    metric,
    atMs: Float64Array.from(known, (index) => fromMs + index * MINUTE_MS),
    count: column(count),
    min: column(min),
    max: column(max),
    mean: column(mean),
    last: column(last),
  };
}

/** A few at a time, so that one question on the screen is not fifty at once for the database. */
async function inParallel<T>(jobs: readonly T[], run: (job: T) => Promise<void>): Promise<void> {
  const waiting = [...jobs];
  const worker = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await run(job);
  };
  await Promise.all(Array.from({ length: QUERIES_AT_ONCE }, worker));
}
