import { type Static, Type } from 'typebox';
import { ENDS } from '../core/ids.ts';
import { compileSchema, nullable } from '../core/schema.ts';
import { AdminStatus, OperStatus } from '../telemetry/sample.ts';
import { GaugeSchema, newGauge } from './gauge.ts';
import { newSeries, SeriesSchema } from './series.ts';

/** Counts up when the shape changes; a memory of another version is forgotten, not guessed at. */
const MEMORY_VERSION = 1;

/** A measured figure; `why` says why it is null and is empty when it is known. */
const FigureSchema = Type.Object({ value: nullable(Type.Number()), why: Type.String() });
export type Figure = Static<typeof FigureSchema>;

const EndMemorySchema = Type.Object({
  adminStatus: nullable(AdminStatus),
  operStatus: nullable(OperStatus),
  atMs: nullable(Type.Number()),
  receivedAtMs: nullable(Type.Number()),
  intervalMs: nullable(Type.Number()),
  /** Since when it has been heard from without a silence. */
  heardSinceMs: Type.Number(),
  /** Down by its last word, or not yet up for long enough. */
  down: Type.Boolean(),
  upRun: Type.Integer({ minimum: 0 }),
  downSinceMs: Type.Number(),
  series: SeriesSchema,
});
export type EndMemory = Static<typeof EndMemorySchema>;

/** Packets sent from `sinceMs` to `upToMs` (the sender's clock), and how many more than the receiver counted. */
const ProofMemorySchema = Type.Object({
  sinceMs: Type.Number(),
  upToMs: Type.Number(),
  packets: Type.Number(),
  missing: Type.Number(),
  /** Packets a ms that were sent between the last two looks. */
  perMs: Type.Optional(Type.Number({ minimum: 0 })),
});

const ArcMemorySchema = Type.Object({
  loadBps: FigureSchema,
  utilisation: FigureSchema,
  lossRatio: FigureSchema,
  wireLossRatio: FigureSchema,
  congestionLossRatio: FigureSchema,
  errorRatio: FigureSchema,
  latencyMs: FigureSchema,
  /** The latency is half a round trip; absent where it is not, and in memories of before. */
  isLatencyEstimated: Type.Optional(Type.Boolean()),
  /** What an aggregate's active members carry, bit/s; null or absent where the interface tells nothing. */
  capacityBps: Type.Optional(nullable(Type.Number())),
  baselineMs: nullable(Type.Number()),
  /** Latencies the first baseline is made of. */
  warmUp: Type.Array(Type.Number(), { maxItems: 1000 }),
  /** End of the last window (device time) that the loss was judged on: no window counts twice. */
  lossJudgedMs: Type.Number(),
  /** What the ends counted since it last lost packets or got worse; absent before, and in memories of before. */
  proof: Type.Optional(ProofMemorySchema),
  loss: GaugeSchema,
  latency: GaugeSchema,
  utilisationGauge: GaugeSchema,
  errors: GaugeSchema,
});
export type ArcMemory = Static<typeof ArcMemorySchema>;

const LinkMemorySchema = Type.Object({
  version: Type.Literal(MEMORY_VERSION),
  linkId: Type.String(),
  ends: Type.Object({ a: EndMemorySchema, z: EndMemorySchema }),
  arcs: Type.Object({ az: ArcMemorySchema, za: ArcMemorySchema }),
  /** An end said down and was not shut by its operator; the decaying number of times this began. */
  wasDown: Type.Boolean(),
  flaps: Type.Number({ minimum: 0 }),
  flapsMs: Type.Number(),
  flapping: GaugeSchema,
  /** 0 healthy, 1 degraded, 2 unhealthy, 3 down; and when this was reached. */
  level: Type.Integer({ minimum: 0, maximum: 3 }),
  levelSinceMs: Type.Number(),
});

/** Everything the scorer remembers of a link between samples: plain JSON, bounded. */
export type LinkMemory = Static<typeof LinkMemorySchema>;

const checker = compileSchema(LinkMemorySchema, 'INTERNAL');

const NOT_HEARD = 'not heard yet';
const unknownFigure = (why = NOT_HEARD): Figure => ({ value: null, why });

export function newLinkMemory(linkId: string): LinkMemory {
  return {
    version: MEMORY_VERSION,
    linkId,
    ends: { a: newEnd(), z: newEnd() },
    arcs: { az: newArc(), za: newArc() },
    wasDown: false,
    flaps: 0,
    flapsMs: 0,
    flapping: newGauge(),
    level: 0,
    levelSinceMs: 0,
  };
}

function newEnd(): EndMemory {
  return {
    adminStatus: null,
    operStatus: null,
    atMs: null,
    receivedAtMs: null,
    intervalMs: null,
    heardSinceMs: 0,
    down: false,
    upRun: 0,
    downSinceMs: 0,
    series: newSeries(),
  };
}

function newArc(): ArcMemory {
  return {
    loadBps: unknownFigure(),
    utilisation: unknownFigure(),
    lossRatio: unknownFigure(),
    wireLossRatio: unknownFigure(),
    congestionLossRatio: unknownFigure(),
    errorRatio: unknownFigure(),
    latencyMs: unknownFigure(),
    baselineMs: null,
    warmUp: [],
    lossJudgedMs: 0,
    loss: newGauge(),
    latency: newGauge(),
    utilisationGauge: newGauge(),
    errors: newGauge(),
  };
}

/** A memory read back from the store; null when it is not one (other version, damaged). Takes over the value. */
export function parseMemory(value: unknown): LinkMemory | null {
  return checker.matches(value) ? value : null;
}

/** Sets a figure; one that is not finite cannot be kept as JSON and counts as unknown. */
export function know(figure: Figure, value: number): void {
  if (!Number.isFinite(value)) {
    forget(figure, 'not a finite number');
    return;
  }
  figure.value = value;
  figure.why = '';
}

export function forget(figure: Figure, why: string): void {
  figure.value = null;
  figure.why = why;
}

/** Longest interval of the two ends, ms; null before the first. */
export function intervalOf(memory: LinkMemory): number | null {
  let longest: number | null = null;
  for (const end of ENDS) {
    const { intervalMs } = memory.ends[end];
    if (intervalMs !== null && (longest === null || intervalMs > longest)) longest = intervalMs;
  }
  return longest;
}
