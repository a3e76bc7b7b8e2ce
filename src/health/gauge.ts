import { type Static, Type } from 'typebox';
import { nullable } from '../core/schema.ts';

/** On or off, and how many values in a row spoke against that. */
const LatchSchema = Type.Object({ on: Type.Boolean(), run: Type.Integer({ minimum: 0 }) });
type Latch = Static<typeof LatchSchema>;

/**
 * Two latches with hysteresis over one figure. A latch turns only after enough values in a row speak against its
 * present position; a single contrary value starts the count again.
 */
export const GaugeSchema = Type.Object({
  degraded: LatchSchema,
  unhealthy: LatchSchema,
  /** When the present level was reached (receipt time). */
  sinceMs: Type.Number(),
  /** When a value was last known. */
  knownMs: Type.Number(),
  /** Last known value and the thresholds it met. */
  value: nullable(Type.Number()),
  degradedAt: Type.Number(),
  unhealthyAt: Type.Number(),
});
export type Gauge = Static<typeof GaugeSchema>;

/** 0 nothing, 1 degraded, 2 unhealthy. */
export type GaugeLevel = 0 | 1 | 2;

export interface GaugeLimits {
  readonly degraded: number;
  readonly unhealthy: number;
  readonly clearFactor: number;
  readonly rise: number;
  readonly clear: number;
}

export function newGauge(): Gauge {
  return {
    degraded: { on: false, run: 0 },
    unhealthy: { on: false, run: 0 },
    sinceMs: 0,
    knownMs: 0,
    value: null,
    degradedAt: 0,
    unhealthyAt: 0,
  };
}

export function gaugeLevel(gauge: Gauge): GaugeLevel {
  return gauge.unhealthy.on ? 2 : gauge.degraded.on ? 1 : 0;
}

/**
 * Takes one value. With `mayClear` false the value is a lower bound: it can raise a level but is no proof that the
 * trouble is over.
 */
export function turnGauge(gauge: Gauge, value: number, limits: GaugeLimits, nowMs: number, mayClear = true): void {
  const before = gaugeLevel(gauge);
  turnLatch(gauge.degraded, value, limits.degraded, limits, mayClear);
  turnLatch(gauge.unhealthy, value, limits.unhealthy, limits, mayClear);
  gauge.value = value;
  gauge.knownMs = nowMs;
  gauge.degradedAt = limits.degraded;
  gauge.unhealthyAt = limits.unhealthy;
  if (gaugeLevel(gauge) !== before) gauge.sinceMs = nowMs;
}

function turnLatch(latch: Latch, value: number, threshold: number, limits: GaugeLimits, mayClear: boolean): void {
  const speaksAgainst = latch.on ? mayClear && value < threshold * limits.clearFactor : value >= threshold;
  if (!speaksAgainst) {
    latch.run = 0;
    return;
  }
  latch.run += 1;
  if (latch.run < (latch.on ? limits.clear : limits.rise)) return;
  latch.on = !latch.on;
  latch.run = 0;
}

/**
 * The figure is unknown this time. A raised level stays (no proof that it is over: a link whose traffic was moved
 * away measures nothing), but not for ever.
 */
export function skipGauge(gauge: Gauge, nowMs: number, forgetMs: number): void {
  if (gaugeLevel(gauge) === 0 || nowMs - gauge.knownMs <= forgetMs) return;
  Object.assign(gauge, newGauge(), { sinceMs: nowMs, knownMs: gauge.knownMs });
}
