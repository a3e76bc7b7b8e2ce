import { DetourError } from '../core/errors.ts';
import { HOUR_MS, MAX_BUCKETS, MINUTE_MS, type RangeQuery, type Resolution, type Retention } from './history.ts';

/** The buckets of an answer and the rows they are made from. */
export interface Steps {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly buckets: number;
  readonly resolution: Resolution;
}

const WIDTH = { raw: 1, '1m': MINUTE_MS, '1h': HOUR_MS } as const satisfies Record<Resolution, number>;

/**
 * Buckets aligned to multiples of their width since the epoch, made from the coarsest rows that fit into them. Where the
 * finer rows have been dropped by now, buckets become as wide as the rows that are kept. Throws INVALID_INPUT.
 */
export function stepsOf(query: RangeQuery, retention: Pick<Retention, 'rawMs' | 'minuteMs'>, nowMs: number): Steps {
  const { fromMs, toMs } = query;
  if (toMs <= fromMs) throw invalid('to', toMs, 'must be later than from');
  const resolution = resolutionOf(query, retention, nowMs);
  const width = WIDTH[resolution];
  const stepMs = Math.ceil(query.stepMs / width) * width;
  const startMs = Math.floor(fromMs / stepMs) * stepMs;
  const buckets = Math.ceil((toMs - startMs) / stepMs);
  if (buckets > MAX_BUCKETS) {
    throw invalid('step', stepMs, `gives ${buckets} steps, at most ${MAX_BUCKETS} are answered; ask for wider ones`);
  }
  return { fromMs: startMs, toMs: startMs + buckets * stepMs, stepMs, buckets, resolution };
}

function resolutionOf(query: RangeQuery, retention: Pick<Retention, 'rawMs' | 'minuteMs'>, nowMs: number): Resolution {
  const { fromMs, stepMs } = query;
  if (stepMs % HOUR_MS === 0 || fromMs < nowMs - retention.minuteMs) return '1h';
  return stepMs % MINUTE_MS === 0 || fromMs < nowMs - retention.rawMs ? '1m' : 'raw';
}

function invalid(field: string, value: unknown, message: string): DetourError {
  return new DetourError('INVALID_INPUT', `${field}: ${message}`, { field, value });
}
