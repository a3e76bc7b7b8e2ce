import type { Network } from '../../../topology/model.ts';
import { arcId, DIRECTIONS, ENDS } from '../../core/ids.ts';
import { type HistoryKind, type HistoryReader, HOUR_MS, MINUTE_MS } from '../../history/history.ts';
import { KEPT_METRICS, LIVE_SIZE } from '../minutes.ts';
import { type Figure, type Piece, pieceOf } from './pieces.ts';
import { TRUTH_METRICS, TRUTH_REACH_MS } from './truth-window.ts';

/** Buckets of one question: its answer stays below some hundred kB. */
const CELLS = 20_000;
/** Minutes that are read once more: samples come late, and the minute under way was not whole. */
const OVERLAP_MS = 2 * MINUTE_MS;

export interface FollowerOptions {
  readonly network: Network;
  readonly history: Pick<HistoryReader, 'range'>;
  /** Takes what was read, in no particular order. */
  readonly take: (pieces: readonly Piece[]) => Promise<void>;
}

export interface Wanted {
  readonly kind: HistoryKind;
  readonly ids: readonly string[];
  readonly metrics: readonly string[];
}

/**
 * Reads the minutes of a network as they come, for whoever makes features of them: at first means of hours as far back
 * as features look and the last minutes, from then on only what is new. A gap of an hour begins anew.
 */
export class MinutesFollower {
  readonly #options: FollowerOptions;
  readonly #all: readonly Wanted[];
  #untilMs = -Infinity;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#all = wantedOf(options.network);
  }

  /** Whoever took the pieces has lost them: the next time everything is read again. */
  forget(): void {
    this.#untilMs = -Infinity;
  }

  /** Reads up to this moment, the minute under way left out. Rejects as the history does. */
  async follow(nowMs: number): Promise<void> {
    const toMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
    const minutesMs = LIVE_SIZE.minutes * MINUTE_MS;
    if (toMs - this.#untilMs > minutesMs - OVERLAP_MS) {
      await this.#hours(toMs - LIVE_SIZE.hours * HOUR_MS, toMs - minutesMs);
      await this.#truth(toMs - TRUTH_REACH_MS, toMs - minutesMs);
      await this.#read(this.#all, toMs - minutesMs, toMs, MINUTE_MS, 'minute');
    } else {
      await this.#read(this.#all, this.#untilMs - OVERLAP_MS, toMs, MINUTE_MS, 'minute');
    }
    this.#untilMs = toMs;
  }

  /** Whole hours: what is left of one before the minutes begin is not worth reading by the minute. */
  #hours(fromMs: number, toMs: number): Promise<void> {
    const endMs = Math.floor(toMs / HOUR_MS) * HOUR_MS;
    return this.#read(this.#all, Math.ceil(fromMs / HOUR_MS) * HOUR_MS, endMs, HOUR_MS, 'hour');
  }

  #truth(fromMs: number, toMs: number): Promise<void> {
    const links = this.#all.filter(({ kind }) => kind === 'link');
    const wanted = links.map((each) => ({ ...each, metrics: [...TRUTH_METRICS] }));
    return this.#read(wanted, fromMs, toMs, MINUTE_MS, 'minute');
  }

  #read(
    wanted: readonly Wanted[],
    fromMs: number,
    toMs: number,
    stepMs: number,
    width: 'minute' | 'hour',
  ): Promise<void> {
    const figure = (kind: HistoryKind, metric: string) => figureOf(kind, metric, width);
    return readPieces(this.#options, wanted, { fromMs, toMs, stepMs }, figure);
  }
}

export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

/** Reads series in questions of bounded size, and hands each answer on before the next is asked. */
export async function readPieces(
  { history, take }: Pick<FollowerOptions, 'history' | 'take'>,
  wanted: readonly Wanted[],
  { fromMs, toMs, stepMs }: TimeSpan,
  figure: (kind: HistoryKind, metric: string) => Figure,
): Promise<void> {
  const buckets = Math.ceil((toMs - fromMs) / stepMs);
  if (buckets <= 0) return;
  for (const { kind, ids, metrics } of wanted) {
    const atOnce = Math.max(1, Math.floor(CELLS / (buckets * metrics.length)));
    for (let begin = 0; begin < ids.length; begin += atOnce) {
      const some = ids.slice(begin, begin + atOnce);
      const answer = await history.range({ kind, ids: [...some], metrics: [...metrics], fromMs, toMs, stepMs });
      const pieces = answer.series.map((series) => pieceOf(kind, series, answer, figure(kind, series.metric)));
      await take(pieces.filter((piece) => piece !== null));
    }
  }
}

function figureOf(kind: HistoryKind, metric: string, width: 'minute' | 'hour'): Figure {
  const metrics: Readonly<Record<string, { readonly minute: Figure; readonly hour: Figure }>> = KEPT_METRICS[kind];
  return metrics[metric]?.[width] ?? 'mean';
}

function wantedOf(network: Network): Wanted[] {
  const ids = idsOf(network);
  const kinds = Object.keys(KEPT_METRICS) as HistoryKind[];
  return kinds.map((kind) => ({ kind, ids: ids[kind], metrics: Object.keys(KEPT_METRICS[kind]) }));
}

/** Everything of a network that has series. */
export function idsOf({ links, nodes }: Network): Readonly<Record<HistoryKind, readonly string[]>> {
  return {
    link: links.map(({ id }) => id),
    arc: links.flatMap(({ id }) => DIRECTIONS.map((direction) => arcId(id, direction))),
    interface: links.flatMap(({ id }) => ENDS.map((end) => `${id}:${end}`)),
    device: nodes.map(({ id }) => id),
  };
}
