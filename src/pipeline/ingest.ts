import type { Link, NetworkIndex } from '../../topology/model.ts';
import { type Clock, MAX_AHEAD_MS } from '../core/clock.ts';
import { DetourError, type ErrorCode, type ErrorKey } from '../core/errors.ts';
import type { SampleQueue } from '../store/store.ts';
import { COUNTER_FIELDS, type InterfaceSample, type Measurement } from '../telemetry/sample.ts';
import type { SampleSink } from '../telemetry/source.ts';

/** Most samples of one call. */
export const MAX_BATCH = 10_000;
/** Older samples say nothing about now; they come from a stopped clock or a replay. */
export const MAX_AGE_MS = 3_600_000;

/** A sample that was not taken, by its place in the batch. */
export interface RefusedMeasurement {
  readonly index: number;
  readonly code: ErrorCode;
  /** Field of the measurement, e.g. `atMs`. */
  readonly field: keyof Measurement;
  readonly value: unknown;
  readonly message: string;
}

export interface IngestOptions {
  readonly queue: Pick<SampleQueue, 'append'>;
  readonly network: NetworkIndex;
  readonly clock: Clock;
  /** Is told how many samples of a call were refused for which reason. */
  readonly onRefused?: (code: ErrorCode, count: number) => void;
}

/** The door for samples: of other collectors (`accept`) and of Detour's own sources (`push`). */
export interface Ingest extends SampleSink {
  /**
   * Takes measurements in their order, stamped with the time of receipt; answers which ones it refused. Rejects with
   * INVALID_INPUT above 10,000 of them, and with BACKLOG_FULL, taking nothing, when the queue is full.
   */
  accept(measurements: readonly Measurement[]): Promise<{ accepted: number; refused: RefusedMeasurement[] }>;
  /** Refused since the start, by code. */
  refusals(): ReadonlyMap<ErrorCode, number>;
}

export function createIngest(options: IngestOptions): Ingest {
  const counts = new Map<ErrorCode, number>();
  const tell = (refused: readonly RefusedMeasurement[]): void => {
    const now = new Map<ErrorCode, number>();
    for (const { code } of refused) now.set(code, (now.get(code) ?? 0) + 1);
    for (const [code, count] of now) {
      counts.set(code, (counts.get(code) ?? 0) + count);
      options.onRefused?.(code, count);
    }
  };
  return {
    refusals: () => counts,
    accept: async (measurements) => {
      requireBatchSize(measurements.length);
      const receivedAtMs = options.clock.nowMs();
      const { taken, refused } = sift(measurements, options.network, receivedAtMs);
      if (taken.length > 0) await options.queue.append(taken.map((sample) => ({ ...sample, receivedAtMs })));
      tell(refused);
      return { accepted: taken.length, refused };
    },
    // Sources own their time (a simulator may run faster than the clock), so only what they measured is looked at.
    push: async (samples) => {
      const { taken, refused } = sift(samples, options.network, null);
      for (let start = 0; start < taken.length; start += MAX_BATCH) {
        await options.queue.append(taken.slice(start, start + MAX_BATCH) as InterfaceSample[]);
      }
      tell(refused);
    },
  };
}

function requireBatchSize(count: number): void {
  if (count <= MAX_BATCH) return;
  throw new DetourError('INVALID_INPUT', `samples: must not have more than ${MAX_BATCH} items, got ${count}`, {
    field: 'samples',
    value: count,
    hint: 'send several smaller batches',
  });
}

function sift<T extends Measurement>(
  measurements: readonly T[],
  network: NetworkIndex,
  nowMs: number | null,
): { taken: T[]; refused: RefusedMeasurement[] } {
  const taken: T[] = [];
  const refused: RefusedMeasurement[] = [];
  measurements.forEach((measurement, index) => {
    const fault = faultOf(measurement, network.linkById.get(measurement.linkId), nowMs);
    if (!fault) taken.push(measurement);
    else {
      const [key, field, message] = fault;
      refused.push({ index, code: `DETOUR_ERR_${key}`, field, value: measurement[field], message });
    }
  });
  return { taken, refused };
}

type Fault = readonly [ErrorKey, keyof Measurement, string];

/** Why a measurement cannot be taken; null when it can. */
function faultOf(measurement: Measurement, link: Link | undefined, nowMs: number | null): Fault | null {
  if (!link) return ['UNKNOWN_LINK', 'linkId', 'is not a link of the network'];
  const device = measurement.end === 'a' ? link.a : link.z;
  if (measurement.deviceId !== device) {
    return ['INVALID_INPUT', 'deviceId', `must be ${device}, the node at end ${measurement.end} of ${link.id}`];
  }
  return notFinite(measurement) ?? (nowMs === null ? null : badTime(measurement.atMs, nowMs));
}

const NUMBERS = ['atMs', 'intervalMs', ...COUNTER_FIELDS, 'latencyMs', 'capacityBps'] as const;

/** JSON can spell 1e999, which reads as Infinity and would poison every sum it enters. */
function notFinite(measurement: Measurement): Fault | null {
  for (const field of NUMBERS) {
    const value = measurement[field];
    if (typeof value === 'number' && !Number.isFinite(value))
      return ['INVALID_INPUT', field, 'must be a finite number'];
  }
  return null;
}

function badTime(atMs: number, nowMs: number): Fault | null {
  if (atMs > nowMs + MAX_AHEAD_MS) {
    return ['CLOCK_SKEW', 'atMs', `must not be more than ${MAX_AHEAD_MS / 1000} s ahead of Detour's clock (${nowMs})`];
  }
  if (atMs < nowMs - MAX_AGE_MS) {
    return ['SAMPLE_TOO_OLD', 'atMs', `must not be more than ${MAX_AGE_MS / 1000} s old by Detour's clock (${nowMs})`];
  }
  return null;
}
