import type { Network } from '../../../topology/model.ts';
import type { Rng } from '../../core/rng.ts';
import type { CompiledGraph } from '../../twin/compiled.ts';
import type { DemandTable } from './demand-table.ts';
import type { Scenario } from './scenario-schema.ts';

const HOURS = 24;
const WEEK_HOURS = 7 * HOURS;
const DEGREES_PER_HOUR = 15;
/** 1970 began on a Thursday; weeks are counted from Monday. */
const EPOCH_HOUR_OF_WEEK = 3 * HOURS;
const SATURDAY = 5 * HOURS;
/** How long a working day takes to become a weekend: people do not all change at midnight. */
const CHANGE_HOURS = 4;

/** Noise of single demands, and of what demands have in common: all of them, those from a node, those to a node. */
interface Noise {
  readonly own: Float64Array;
  readonly from: Float64Array;
  readonly to: Float64Array;
}

/**
 * How demands move: a daily and weekly rhythm by the local solar time of both ends, and lognormal noise (mean 1) that
 * is AR(1) in time and shares a part between all demands, and a part between those from or to one node.
 */
export class TrafficRhythm {
  readonly #traffic: Scenario['traffic'];
  readonly #table: DemandTable;
  readonly #rng: Rng;
  readonly #nodeRng: Rng;
  /** Solar time per node at the start, hours; and the same as hours since Monday. */
  readonly #startHour: Float64Array;
  readonly #startOfWeekHour: Float64Array;
  readonly #level: Float64Array;
  readonly #noise: Noise;
  #common: number;

  constructor(
    network: Network,
    graph: CompiledGraph,
    table: DemandTable,
    scenario: Scenario,
    rng: Rng,
    startMs: number,
  ) {
    this.#traffic = scenario.traffic;
    this.#table = table;
    this.#rng = rng;
    this.#nodeRng = rng.fork('nodes');
    this.#startHour = solarHours(network, graph, scenario.startHour, startMs);
    const weekHour = ((startMs / 3_600_000 + EPOCH_HOUR_OF_WEEK) % WEEK_HOURS) - ((startMs / 3_600_000) % HOURS);
    const solar = solarHours(network, graph, null, startMs);
    this.#startOfWeekHour = solar.map((hour) => weekHour + hour);
    this.#level = new Float64Array(graph.nodeCount);
    const nodes = () => Float64Array.from({ length: graph.nodeCount }, () => this.#nodeRng.normal());
    this.#noise = { own: Float64Array.from(table.ids, () => rng.normal()), from: nodes(), to: nodes() };
    this.#common = rng.normal();
  }

  /** How busy the time of day and of the week is at each node since the last step: 1 at the peak of a working day. */
  get levels(): Float64Array {
    return this.#level;
  }

  /** Writes the level of every demand at a time since the start into `bps`; moves the noise on by `dtSeconds`. */
  step(elapsedSeconds: number, dtSeconds: number, bps: Float64Array): void {
    const { noiseSd, noiseCorrelation, noiseMemorySeconds, noiseNodeShare } = this.#traffic;
    this.#levels(elapsedSeconds);
    const keep = Math.exp(-dtSeconds / noiseMemorySeconds);
    const fresh = Math.sqrt(1 - keep * keep);
    this.#common = keep * this.#common + fresh * this.#rng.normal();
    if (noiseNodeShare > 0) this.#moveNodes(keep, fresh);
    const common = Math.sqrt(noiseCorrelation) * this.#common;
    const ofNode = Math.sqrt(noiseNodeShare / 2);
    const own = Math.sqrt(Math.max(0, 1 - noiseCorrelation - noiseNodeShare));
    const { source, target, bps: peakBps } = this.#table;
    const { own: single, from, to } = this.#noise;
    for (let demand = 0; demand < bps.length; demand += 1) {
      const [s, t] = [source[demand] as number, target[demand] as number];
      const noise = keep * (single[demand] as number) + fresh * this.#rng.normal();
      single[demand] = noise;
      const level = ((this.#level[s] as number) + (this.#level[t] as number)) / 2;
      const shared = common + ofNode * ((from[s] as number) + (to[t] as number));
      const factor = Math.exp(noiseSd * (shared + own * noise) - (noiseSd * noiseSd) / 2);
      bps[demand] = (peakBps[demand] as number) * level * factor;
    }
  }

  /** Numbers of their own: a scenario without this noise draws the same as ever. */
  #moveNodes(keep: number, fresh: number): void {
    for (const values of [this.#noise.from, this.#noise.to]) {
      for (let node = 0; node < values.length; node += 1) {
        values[node] = keep * (values[node] as number) + fresh * this.#nodeRng.normal();
      }
    }
  }

  #levels(elapsedSeconds: number): void {
    const hours = elapsedSeconds / 3600;
    for (let node = 0; node < this.#level.length; node += 1) {
      const daily = dailyLevel((this.#startHour[node] as number) + hours, this.#traffic);
      this.#level[node] = daily * weeklyLevel((this.#startOfWeekHour[node] as number) + hours, this.#traffic);
    }
  }
}

/** 1 at the peak hour, `troughRatio` twelve hours away, a cosine between. */
export function dailyLevel(hour: number, traffic: { readonly troughRatio: number; readonly peakHour: number }): number {
  const swing = Math.cos((2 * Math.PI * (hour - traffic.peakHour)) / HOURS);
  return (1 + traffic.troughRatio) / 2 + ((1 - traffic.troughRatio) / 2) * swing;
}

/** 1 on working days, `weekendRatio` on Saturday and Sunday, with some hours from one to the other around midnight. */
export function weeklyLevel(hourOfWeek: number, traffic: { readonly weekendRatio: number }): number {
  const hour = ((hourOfWeek % WEEK_HOURS) + WEEK_HOURS) % WEEK_HOURS;
  // Hours inside the weekend, counted from the nearer of its two ends; negative on working days.
  const inside = Math.min(hour - SATURDAY, WEEK_HOURS - hour);
  const outside = hour < SATURDAY / 2 ? -hour : hour - SATURDAY;
  const depth = hour >= SATURDAY ? inside : outside;
  const share = Math.min(1, Math.max(0, depth / CHANGE_HOURS + 0.5));
  return 1 - share * (1 - traffic.weekendRatio);
}

/**
 * Solar time at the start, hours, by node of the graph. Nodes without a longitude stand in the middle of the network; a
 * network without any, at Greenwich.
 */
export function solarHours(
  network: Network,
  graph: CompiledGraph,
  startHour: number | null,
  startMs: number,
): Float64Array {
  const known = network.nodes.flatMap((node) => (node.lon === null ? [] : [node.lon]));
  const middle = known.length === 0 ? 0 : known.reduce((sum, lon) => sum + lon, 0) / known.length;
  const utcHour = (startMs / 3_600_000) % HOURS;
  const hours = new Float64Array(graph.nodeCount);
  for (const node of network.nodes) {
    const lon = node.lon ?? middle;
    const hour = startHour === null ? utcHour + lon / DEGREES_PER_HOUR : startHour + (lon - middle) / DEGREES_PER_HOUR;
    hours[graph.nodeIndex.get(node.id) as number] = hour;
  }
  return hours;
}
