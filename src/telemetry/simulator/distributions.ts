import type { Rng } from '../../core/rng.ts';
import type { Duration } from './scenario-schema.ts';

/** Above this variance the normal approximation is closer than anyone can tell from counters. */
const NORMAL_FROM = 30;

/** A Poisson count with this mean (inversion by multiplication, Knuth; normal approximation for large means). */
export function poisson(rng: Rng, mean: number): number {
  if (mean <= 0) return 0;
  if (mean > NORMAL_FROM) return Math.max(0, Math.round(mean + Math.sqrt(mean) * rng.normal()));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = rng.next(); product > limit; product *= rng.next()) count += 1;
  return count;
}

/** How many of `trials` happen with probability `p` each. */
export function binomial(rng: Rng, trials: number, p: number): number {
  if (trials <= 0 || p <= 0) return 0;
  if (p >= 1) return trials;
  if (p > 0.5) return trials - binomial(rng, trials, 1 - p);
  const mean = trials * p;
  if (mean * (1 - p) > NORMAL_FROM) {
    const drawn = Math.round(mean + Math.sqrt(mean * (1 - p)) * rng.normal());
    return Math.min(trials, Math.max(0, drawn));
  }
  if (trials > 200) return Math.min(trials, poisson(rng, mean));
  let count = 0;
  for (let trial = 0; trial < trials; trial += 1) if (rng.next() < p) count += 1;
  return count;
}

/** Uniform between the two ends of a checked range. */
export function within(rng: Rng, range: readonly number[]): number {
  return rng.between(range[0] as number, range[1] as number);
}

/** A duration in seconds; `duration` was checked by `parseScenario`. */
export function drawSeconds(rng: Rng, duration: Duration): number {
  const drawn = duration.between
    ? within(rng, duration.between)
    : (duration.median as number) * Math.exp((duration.sigma as number) * rng.normal());
  return Math.min(drawn, duration.max ?? Infinity);
}
