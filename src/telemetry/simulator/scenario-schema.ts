import { type Static, Type } from 'typebox';

export const SCENARIO_FORMAT = 'detour-scenario/1';

/** What can go wrong in the simulator. */
export const FAULT_KINDS = ['fibre-cut', 'flapping', 'corruption', 'surge'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

const strict = { additionalProperties: false } as const;
const seconds = (description: string, initial?: number) =>
  Type.Number({ exclusiveMinimum: 0, maximum: 31_536_000, description, ...(initial ? { default: initial } : {}) });
const range = (minimum: number, maximum: number, description: string) =>
  Type.Array(Type.Number({ minimum, maximum }), {
    minItems: 2,
    maxItems: 2,
    description: `${description} [low, high]`,
  });

/** How long something lasts: uniform between two values, or lognormal (median, sigma of the logarithm), cut at `max`. */
export const DurationSchema = Type.Object(
  {
    between: Type.Optional(range(0.001, 31_536_000, 'uniform, seconds')),
    median: Type.Optional(seconds('of a lognormal distribution, seconds')),
    sigma: Type.Optional(Type.Number({ minimum: 0, maximum: 5 })),
    max: Type.Optional(seconds('longest, seconds')),
  },
  strict,
);
export type Duration = Static<typeof DurationSchema>;

const everyFault = {
  meanSecondsBetween: Type.Number({ minimum: 1, maximum: 31_536_000, description: 'mean of exponential gaps' }),
  duration: DurationSchema,
};
const FibreCut = Type.Object({ ...everyFault }, strict);
const Flapping = Type.Object(
  {
    ...everyFault,
    downSeconds: range(0.5, 3600, 'length of each down period'),
    upSeconds: range(0.5, 3600, 'length of each up period'),
  },
  strict,
);
const Corruption = Type.Object(
  { ...everyFault, lossRatio: range(0.000001, 1, 'packets lost of packets sent, one direction') },
  strict,
);
const Surge = Type.Object({ ...everyFault, factor: range(0.01, 100, 'demands are multiplied by') }, strict);

/** A fault that happens for certain. `link` may be `busiest`: resolved when it begins. */
export const ScriptedFaultSchema = Type.Object(
  {
    atSeconds: Type.Number({ minimum: 0, maximum: 31_536_000, description: 'after the start' }),
    kind: Type.Union(FAULT_KINDS.map((kind) => Type.Literal(kind))),
    link: Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: 'link id, or busiest' })),
    srlg: Type.Optional(
      Type.String({ minLength: 1, maxLength: 256, description: 'for a fibre cut, in place of link' }),
    ),
    node: Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: 'for a surge' })),
    direction: Type.Optional(
      Type.Union([Type.Literal('az'), Type.Literal('za')], { description: 'for corruption; default the busier one' }),
    ),
    side: Type.Optional(
      Type.Union([Type.Literal('source'), Type.Literal('target')], { description: 'for a surge; default target' }),
    ),
    durationSeconds: seconds('how long it lasts'),
    strength: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 100, description: 'corruption: loss ratio; surge: factor' }),
    ),
  },
  strict,
);
export type ScriptedFault = Static<typeof ScriptedFaultSchema>;

const Traffic = Type.Object(
  {
    peakUtilisation: Type.Number({
      exclusiveMinimum: 0,
      maximum: 10,
      default: 0.6,
      description: 'highest utilisation of the intact network with every demand at its daily peak',
    }),
    troughRatio: Type.Number({ minimum: 0, maximum: 1, default: 0.4, description: 'lowest of the day over highest' }),
    peakHour: Type.Number({ minimum: 0, maximum: 24, default: 20, description: 'local solar time of the peak' }),
    noiseSd: Type.Number({ minimum: 0, maximum: 1, default: 0.08, description: 'relative' }),
    noiseCorrelation: Type.Number({ minimum: 0, maximum: 1, default: 0.3, description: 'between demands' }),
    noiseMemorySeconds: seconds('time constant of the noise (AR(1))', 120),
    largestDemands: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 2000, description: 'how many are kept' }),
    measurementSd: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.02,
      description: 'relative error of flow telemetry',
    }),
  },
  { ...strict, default: {} },
);

const Plant = Type.Object(
  {
    igpConvergenceSeconds: Type.Number({ minimum: 0, maximum: 3600, default: 2 }),
    probePacketsPerSecond: Type.Number({ minimum: 0, maximum: 1_000_000, default: 1000 }),
    probePacketBytes: Type.Integer({ minimum: 40, maximum: 9000, default: 100 }),
    packetBytes: Type.Integer({ minimum: 40, maximum: 9000, default: 800, description: 'mean size' }),
    bufferMs: Type.Number({ minimum: 0, maximum: 10_000, default: 40, description: 'longest queueing delay' }),
    burstPackets: Type.Number({ minimum: 1, maximum: 100_000, default: 200, description: 'mean size of a burst' }),
    jitterMs: Type.Number({ minimum: 0, maximum: 1000, default: 0.1 }),
    visibleErrorShare: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.8,
      description: 'share of corrupted packets that the receiver counts as input errors; the rest just vanish',
    }),
  },
  { ...strict, default: {} },
);

const Faults = Type.Object(
  {
    maxActive: Type.Integer({ minimum: 0, maximum: 1000, default: 3, description: 'random faults skipped beyond' }),
    quietSeconds: Type.Number({ minimum: 0, maximum: 31_536_000, default: 0, description: 'no random fault before' }),
    candidates: Type.Integer({
      minimum: 1,
      maximum: 1000,
      default: 1,
      description: 'links drawn for a random fault; the busiest of them is hit',
    }),
    fibreCut: Type.Optional(FibreCut),
    flapping: Type.Optional(Flapping),
    corruption: Type.Optional(Corruption),
    surge: Type.Optional(Surge),
    scripted: Type.Array(ScriptedFaultSchema, { maxItems: 1000, default: [] }),
  },
  { ...strict, default: {} },
);

/** A scenario file: traffic, plant and faults of the simulated network. */
export const ScenarioSchema = Type.Object(
  {
    format: Type.Literal(SCENARIO_FORMAT),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    startHour: Type.Union([Type.Number({ minimum: 0, maximum: 24 }), Type.Null()], {
      default: null,
      description: 'solar time at the middle of the network when the run starts; null takes it from the clock',
    }),
    traffic: Traffic,
    plant: Plant,
    faults: Faults,
  },
  strict,
);
export type Scenario = Static<typeof ScenarioSchema>;
export type FaultPlan = Scenario['faults'];
