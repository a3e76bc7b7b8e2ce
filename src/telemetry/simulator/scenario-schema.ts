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

const Share = (initial: number, description: string) =>
  Type.Number({ minimum: 0, maximum: 1, default: initial, description });
const quantiles = (description: string) =>
  Type.Array(Type.Number({ exclusiveMinimum: 0, maximum: 1e6 }), {
    minItems: 2,
    maxItems: 2,
    description: `${description}; log-uniform over the links [lowest, highest]`,
  });

/**
 * Failures of links as a network has them over months: each link by a rate of its own, alone or with others. Beside
 * `faults`, which are drawn for the network as a whole and are for watching.
 */
const Failures = Type.Object(
  {
    mtbfHours: quantiles('mean time between unplanned failures of a link, hours'),
    repairHours: quantiles('mean repair time of a link, hours'),
    rateFactor: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1e4,
      default: 1,
      description: 'failures are this many times as frequent',
    }),
    shortShare: Share(0.6, 'of the unplanned failures that are short'),
    shortSeconds: DurationSchema,
    longSigma: Type.Number({
      minimum: 0,
      maximum: 3,
      default: 0.9,
      description: 'long repairs are lognormal around the mean of their link: sd of the logarithm',
    }),
    sharedShare: Share(0.3, 'of the unplanned incidents that hit several links'),
    plannedShare: Share(0.2, 'of all incidents that are planned maintenance'),
    maintenanceSeconds: DurationSchema,
    maintenanceHours: Type.Array(Type.Number({ minimum: 0, maximum: 24 }), {
      minItems: 2,
      maxItems: 2,
      default: [0, 5],
      description: 'solar time within which maintenance begins [from, to]',
    }),
    precursorShare: Share(0.33, 'of the unplanned incidents that announce themselves'),
    leadSeconds: Type.Array(Type.Number({ minimum: 60, maximum: 604_800 }), {
      minItems: 2,
      maxItems: 2,
      default: [300, 86_400],
      description: 'how long before, log-uniform [least, most]',
    }),
    shape: Type.Array(Type.Number({ minimum: 0.1, maximum: 10 }), {
      minItems: 2,
      maxItems: 2,
      default: [1.5, 4],
      description: 'strength grows with this power of the lead time that is over, uniform [low, high]',
    }),
    nearMissRatio: Type.Number({
      minimum: 0,
      maximum: 100,
      default: 1,
      description: 'precursors that recede, for each one that a failure follows',
    }),
  },
  strict,
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
    failures: Type.Optional(Failures),
  },
  strict,
);
export type FailurePlan = Static<typeof Failures>;
export type Scenario = Static<typeof ScenarioSchema>;
export type FaultPlan = Scenario['faults'];
