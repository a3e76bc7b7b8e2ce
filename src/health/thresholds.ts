import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { DetourError } from '../core/errors.ts';

const Ratio = (fallback: number, description: string) => Type.Number({ minimum: 0, default: fallback, description });
const Count = (fallback: number, description: string) => Type.Integer({ minimum: 1, default: fallback, description });
const Points = (degraded: number, unhealthy: number) =>
  Type.Object({
    degraded: Type.Number({ minimum: 0, maximum: 100, default: degraded }),
    unhealthy: Type.Number({ minimum: 0, maximum: 100, default: unhealthy }),
  });

/** Two levels, each raised by `rise` values in a row at its threshold and cleared by `clear` values below it. */
const gauge = (degraded: number, unhealthy: number, clearFactor: number, rise: number, clear: number) => ({
  degraded: Ratio(degraded, 'value from which the level is degraded'),
  unhealthy: Ratio(unhealthy, 'value from which the level is unhealthy'),
  clearFactor: Type.Number({
    exclusiveMinimum: 0,
    maximum: 1,
    default: clearFactor,
    description: 'a level clears below threshold x this factor',
  }),
  rise: Count(rise, 'values in a row that raise a level'),
  clear: Count(clear, 'values in a row that clear a level'),
});

/** Everything the scorer compares with. Ratios are 0..1, times ms. */
export const ThresholdsSchema = Type.Object({
  status: Type.Object({ clear: Count(5, 'samples up in a row that end a down; one DOWN begins it') }),
  loss: Type.Object({
    ...gauge(0.001, 0.01, 0.8, 3, 5),
    windowMs: Type.Number({ exclusiveMinimum: 0, default: 5000, description: 'least length of a loss window' }),
    windowIntervals: Type.Number({ minimum: 1, default: 3, description: 'least length in sampling intervals' }),
    minPackets: Count(1000, 'packets a window must hold to give a ratio'),
    skewFloor: Ratio(0.01, 'wire loss below this is taken from inErrors: sampling skew could fake it'),
  }),
  latency: Type.Object({
    degradedFactor: Type.Number({ minimum: 1, default: 1.5 }),
    degradedAddMs: Type.Number({ minimum: 0, default: 5 }),
    unhealthyFactor: Type.Number({ minimum: 1, default: 4 }),
    unhealthyAddMs: Type.Number({ minimum: 0, default: 50 }),
    clearFactor: Type.Number({ exclusiveMinimum: 0, maximum: 1, default: 0.9 }),
    rise: Count(3, 'values in a row that raise a level'),
    clear: Count(5, 'values in a row that clear a level'),
    warmUp: Count(10, 'values the first baseline is the median of'),
    learnMs: Type.Number({ exclusiveMinimum: 0, default: 600_000, description: 'time constant of the baseline' }),
    relearnMs: Type.Number({
      exclusiveMinimum: 0,
      default: 3_600_000,
      description: 'latency that stays raised this long becomes the baseline (the path has changed for good)',
    }),
  }),
  utilisation: Type.Object(gauge(0.8, 0.95, 0.95, 3, 5)),
  errors: Type.Object(gauge(0.0001, 0.01, 0.8, 3, 5)),
  flapping: Type.Object({
    // Unhealthy: a second down within one half-life of the first; degraded: within two.
    ...gauge(1.25, 1.5, 0.5, 1, 1),
    halfLifeMs: Type.Number({ exclusiveMinimum: 0, default: 60_000, description: 'half-life of a counted down' }),
  }),
  forgetMs: Type.Number({
    exclusiveMinimum: 0,
    default: 300_000,
    description: 'a raised level whose figure stays unknown this long is dropped',
  }),
  points: Type.Object({
    loss: Points(20, 60),
    latency: Points(10, 40),
    utilisation: Points(10, 40),
    errors: Points(5, 20),
    flapping: Points(15, 50),
  }),
});
export type Thresholds = Static<typeof ThresholdsSchema>;

/** What the configuration sets of them. */
export interface ThresholdSettings {
  readonly lossDegraded: number;
  readonly lossUnhealthy: number;
  readonly utilisationDegraded: number;
  readonly utilisationUnhealthy: number;
}

export const DEFAULT_THRESHOLDS: Thresholds = Value.Create(ThresholdsSchema);

/** The thresholds of a configuration; throws INVALID_CONFIG where a pair is the wrong way round. */
export function thresholdsFrom(settings: ThresholdSettings): Thresholds {
  const { lossDegraded, lossUnhealthy, utilisationDegraded, utilisationUnhealthy } = settings;
  requireOrder('loss', lossDegraded, lossUnhealthy);
  requireOrder('utilisation', utilisationDegraded, utilisationUnhealthy);
  const { loss, utilisation } = DEFAULT_THRESHOLDS;
  return {
    ...DEFAULT_THRESHOLDS,
    loss: { ...loss, degraded: lossDegraded, unhealthy: lossUnhealthy },
    utilisation: { ...utilisation, degraded: utilisationDegraded, unhealthy: utilisationUnhealthy },
  };
}

function requireOrder(name: string, degraded: number, unhealthy: number): void {
  if (degraded <= unhealthy) return;
  throw new DetourError(
    'INVALID_CONFIG',
    `${name}Unhealthy: must be >= ${name}Degraded (${degraded}), got ${unhealthy}`,
    {
      field: `${name}Unhealthy`,
      value: unhealthy,
      hint: `raise ${name}Unhealthy or lower ${name}Degraded`,
    },
  );
}
