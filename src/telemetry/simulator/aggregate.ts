import { COUNTER_FIELDS, type InterfaceSample, type Measurement } from '../sample.ts';

/**
 * One sample per interface out of the measurements of several steps of simulated time, as a collector would have got
 * it that lives `speed` times slower: counts are divided by the speed and stand in an interval of wall-clock time, so
 * that rates (octets by interval) are the simulated network's own, and silence and skew can be judged by wall clock.
 * The status is the last one; the latency is the mean of the steps in which a probe got through. `atMs` is the time up to which the steps reach, by the wall clock, `receivedAtMs` the present.
 */
export function aggregate(
  steps: readonly (readonly Measurement[])[],
  speed: number,
  { atMs, receivedAtMs }: Pick<InterfaceSample, 'atMs' | 'receivedAtMs'>,
): InterfaceSample[] {
  const last = steps.at(-1) ?? [];
  return last.map((measurement, index) => {
    const parts = steps.map((step) => step[index] as Measurement);
    const counts = Object.fromEntries(COUNTER_FIELDS.map((name) => [name, scaledSum(parts, name, speed)]));
    return {
      ...measurement,
      ...counts,
      intervalMs: scaledSum(parts, 'intervalMs', speed),
      latencyMs: meanLatency(parts),
      atMs,
      receivedAtMs,
    };
  });
}

function scaledSum(
  parts: readonly Measurement[],
  name: (typeof COUNTER_FIELDS)[number] | 'intervalMs',
  speed: number,
): number | null {
  let sum = 0;
  for (const part of parts) {
    const value = part[name];
    if (value === null) return null;
    sum += value;
  }
  return speed === 1 ? sum : sum / speed;
}

function meanLatency(parts: readonly Measurement[]): number | null {
  const known = parts.flatMap((part) => (part.latencyMs === null ? [] : [part.latencyMs]));
  return known.length === 0 ? null : known.reduce((sum, latencyMs) => sum + latencyMs, 0) / known.length;
}
