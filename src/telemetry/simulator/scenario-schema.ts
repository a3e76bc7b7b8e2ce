import { type Static, Type } from 'typebox';

export const SCENARIO_FORMAT = 'detour-scenario/1';

/** What can go wrong in the simulator. */
export const FAULT_KINDS = [
  'fibre-cut',
  'flapping',
  'corruption',
  'surge',
  'optical-decay',
  'overload',
  'overheating',
  'black-hole',
  'maintenance',
] as const;
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

const Announced = Type.Object(
  {
    ...everyFault,
    leadSeconds: range(0, 604_800, 'how long the trouble grows before links become unhealthy or go down'),
  },
  strict,
);
const Sudden = Type.Object({ ...everyFault }, strict);

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
    leadSeconds: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 604_800,
        description: 'optical-decay, overload, overheating: how long the trouble grows before that; default 0',
      }),
    ),
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
    noiseNodeShare: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0,
      description:
        'of the variance of the noise that demands from, and to, one node have in common; half from, half to',
    }),
    weekendRatio: Type.Number({
      minimum: 0,
      maximum: 2,
      default: 1,
      description: 'load on Saturday and Sunday over that of working days, by solar time',
    }),
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
    latencyShifts: Type.Optional(
      Type.Object(
        {
          perDay: Type.Number({ minimum: 0, maximum: 1000, description: "changes of a link's way a day, mean" }),
          medianMs: Type.Number({ exclusiveMinimum: 0, maximum: 1000, description: 'size as seen in a round trip' }),
          sigma: Type.Number({ minimum: 0, maximum: 3, description: 'sd of the logarithm of the size (lognormal)' }),
          maxMs: Type.Number({ exclusiveMinimum: 0, maximum: 1000, description: 'largest size' }),
        },
        strict,
      ),
    ),
    background: Type.Optional(
      Type.Object(
        {
          share: Type.Number({ minimum: 0, maximum: 1, description: 'of the directions that corrupt packets' }),
          lossRatio: range(1e-12, 1, 'how many, log-uniform, whatever the load'),
          meanDays: Type.Number({ exclusiveMinimum: 0, maximum: 1000, description: 'until a direction draws anew' }),
        },
        { ...strict, description: 'electrical and plain optical links that corrupt packets all the time' },
      ),
    ),
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
    opticalDecay: Type.Optional(Announced),
    overload: Type.Optional(Announced),
    overheating: Type.Optional(Announced),
    blackHole: Type.Optional(Sudden),
    maintenance: Type.Optional(Sudden),
    scripted: Type.Array(ScriptedFaultSchema, { maxItems: 1000, default: [] }),
  },
  { ...strict, default: {} },
);

const figure = (initial: number, minimum: number, maximum: number, description: string) =>
  Type.Number({ minimum, maximum, default: initial, description });

/** What transceivers measure of the light they receive. */
const Optics = Type.Object(
  {
    coherentFromBps: figure(1e11, 0, 1e15, 'links of at least this capacity, bit/s, and long enough are coherent'),
    coherentFromMs: figure(0.2, 0, 1000, 'one way, ms: shorter ones are plain optics (0.2 ms are 40 km)'),
    electricalBelowMs: figure(0.00005, 0, 1000, 'one way, ms: shorter ones are copper without any light (10 m)'),
    rxPowerDbm: Type.Array(Type.Number({ minimum: -40, maximum: 20 }), {
      minItems: 2,
      maxItems: 2,
      default: [-12, -4],
      description: 'usual power at a receiver, dBm, uniform over the interfaces [low, high]',
    }),
    rxNoiseDb: figure(0.05, 0, 10, 'sd of single readings, dB'),
    rxDriftDb: figure(0.15, 0, 10, 'sd of the slow drift, dB'),
    rxDriftHours: figure(12, 0.01, 10_000, 'time constant of the slow drift'),
    darkDbm: figure(-40, -100, 0, 'reading where no light arrives, dBm'),
    bitErrorLog10: figure(
      -2.75,
      -12,
      0,
      'usual pre-FEC bit error ratio of coherent links, log10, mean over interfaces',
    ),
    bitErrorSd: figure(0.2, 0, 3, 'sd of that over the interfaces'),
    bitErrorLimitLog10: figure(-1.7, -12, 0, 'what the code corrects, log10; beyond it nothing gets through'),
    bitErrorStepSd: figure(0.018, 0, 1, 'sd of the change of log10 within an hour, median over the interfaces'),
    bitErrorStepSpread: figure(0, 0, 3, 'sd of the logarithm of that over the interfaces'),
    bitErrorMemoryHours: figure(4, 0.01, 10_000, 'time constant with which log10 returns to its usual value'),
    bitErrorNoise: figure(0.002, 0, 1, 'sd of single readings, log10'),
  },
  { ...strict, default: {} },
);

/** What routers say of themselves. */
const Devices = Type.Object(
  {
    cpuRatio: Type.Array(Type.Number({ minimum: 0, maximum: 1 }), {
      minItems: 2,
      maxItems: 2,
      default: [0.06, 0.25],
      description: 'usual load of the processor without traffic, uniform over the routers [low, high]',
    }),
    cpuPerLoad: figure(0.2, 0, 1, 'added when all links of the router are full'),
    cpuNoise: figure(0.03, 0, 1, 'sd of its fluctuation'),
    cpuNoiseMinutes: figure(10, 0.01, 10_000, 'time constant of its fluctuation'),
    cpuSpikesPerDay: figure(4, 0, 10_000, 'harmless jobs that keep the processor busy for a while, mean'),
    cpuSpike: figure(0.35, 0, 1, 'most that such a job takes'),
    cpuSpikeMinutes: figure(4, 0.01, 10_000, 'mean length of such a job'),
    memoryRatio: Type.Array(Type.Number({ minimum: 0, maximum: 1 }), {
      minItems: 2,
      maxItems: 2,
      default: [0.35, 0.7],
      description: 'usual share of memory in use, uniform over the routers [low, high]',
    }),
    memoryDrift: figure(0.02, 0, 1, 'sd of its slow drift'),
    memoryDriftHours: figure(48, 0.01, 10_000, 'time constant of its slow drift'),
    memoryNoise: figure(0.002, 0, 1, 'sd of single readings'),
    temperatureCelsius: Type.Array(Type.Number({ minimum: -40, maximum: 120 }), {
      minItems: 2,
      maxItems: 2,
      default: [32, 46],
      description: 'usual temperature, uniform over the routers [low, high]',
    }),
    temperatureDailyCelsius: figure(1.5, 0, 50, 'swing around the mean of the day, warmest at 15 h solar time'),
    temperaturePerCpuCelsius: figure(8, 0, 100, 'added when the processor is fully loaded'),
    temperatureDriftCelsius: figure(0.6, 0, 50, 'sd of its slow drift'),
    temperatureDriftHours: figure(3, 0.01, 10_000, 'time constant of its slow drift'),
    temperatureNoiseCelsius: figure(0.2, 0, 50, 'sd of single readings'),
  },
  { ...strict, default: {} },
);

/** How warm transceivers say they are: a temperature of each, where a router has one for all of its cards. */
const Transceivers = Type.Object(
  {
    temperatureCelsius: Type.Array(Type.Number({ minimum: -40, maximum: 120 }), {
      minItems: 2,
      maxItems: 2,
      default: [36, 48],
      description:
        'usual temperature, uniform over the transceivers [low, high]; errors of their sensors are part of it',
    }),
    roomShare: figure(1, 0, 2, 'of what the room around their router warms and cools by'),
    cardShare: figure(0.8, 0, 2, 'of what their own card is too warm by'),
    routerShare: figure(0.1, 0, 2, 'of what any card of their router is too warm by'),
    driftCelsius: figure(0.3, 0, 50, 'sd of their own slow drift'),
    driftHours: figure(6, 0.01, 10_000, 'time constant of that'),
    noiseCelsius: figure(0.2, 0, 50, 'sd of single readings'),
  },
  { ...strict, default: {} },
);

/** Subscribers' sessions on access routers (without tiers: on routers with at most two links). */
const Sessions = Type.Object(
  {
    subscribers: figure(4000, 1, 1e7, 'subscribers of an access router, median of a lognormal distribution'),
    subscribersSigma: figure(0.5, 0, 3, 'sd of the logarithm of that'),
    activeShare: figure(0.7, 0, 1, 'of the subscribers that have a session at the busiest hour'),
    meanMinutes: figure(180, 1, 100_000, 'mean length of a session'),
    noise: figure(0.03, 0, 1, 'relative sd of how many want a session'),
    noiseMinutes: figure(60, 0.1, 100_000, 'time constant of that'),
    failedLoginRatio: figure(0.02, 0, 1, 'failed log-ins per session that starts'),
    failedLoginsUnderStress: figure(0.5, 0, 1, 'most that fail of those that try, with the router at its limit'),
    returnShareAMinute: figure(0.08, 0, 1, 'of those cut off that come back each minute, at most'),
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
    nearMissAbruptShare: Share(
      0,
      'of those that grow like a failure to come until they stop at once; the others slow down and level out',
    ),
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
    optics: Optics,
    devices: Devices,
    transceivers: Transceivers,
    sessions: Sessions,
  },
  strict,
);
export type OpticsPlan = Scenario['optics'];
export type DevicesPlan = Scenario['devices'];
export type TransceiversPlan = Scenario['transceivers'];
export type SessionsPlan = Scenario['sessions'];
export type FailurePlan = Static<typeof Failures>;
export type Scenario = Static<typeof ScenarioSchema>;
export type FaultPlan = Scenario['faults'];
