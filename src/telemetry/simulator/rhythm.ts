import type { Network } from '../../../topology/model.ts';
import type { Rng } from '../../core/rng.ts';
import type { CompiledGraph } from '../../twin/compiled.ts';
import type { DemandTable } from './demand-table.ts';
import type { Scenario } from './scenario-schema.ts';

const HOURS = 24;
const DEGREES_PER_HOUR = 15;

/**
 * How demands move: a daily rhythm by the local solar time of both ends, and lognormal noise (mean 1) that is AR(1)
 * in time and shares a common part between all demands.
 */
export class TrafficRhythm {
  readonly #traffic: Scenario['traffic'];
  readonly #table: DemandTable;
  readonly #rng: Rng;
  /** Solar time per node at the start, hours. */
  readonly #startHour: Float64Array;
  readonly #level: Float64Array;
  readonly #noise: Float64Array;
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
    this.#startHour = solarHours(network, graph, scenario.startHour, startMs);
    this.#level = new Float64Array(graph.nodeCount);
    this.#noise = Float64Array.from(table.ids, () => rng.normal());
    this.#common = rng.normal();
  }

  /** Writes the level of every demand at a time since the start into `bps`; moves the noise on by `dtSeconds`. */
  step(elapsedSeconds: number, dtSeconds: number, bps: Float64Array): void {
    const { noiseSd, noiseCorrelation, noiseMemorySeconds } = this.#traffic;
    this.#levels(elapsedSeconds);
    const keep = Math.exp(-dtSeconds / noiseMemorySeconds);
    const fresh = Math.sqrt(1 - keep * keep);
    this.#common = keep * this.#common + fresh * this.#rng.normal();
    const common = Math.sqrt(noiseCorrelation) * this.#common;
    const own = Math.sqrt(1 - noiseCorrelation);
    const { source, target, bps: peakBps } = this.#table;
    for (let demand = 0; demand < bps.length; demand += 1) {
      const noise = keep * (this.#noise[demand] as number) + fresh * this.#rng.normal();
      this.#noise[demand] = noise;
      const level =
        ((this.#level[source[demand] as number] as number) + (this.#level[target[demand] as number] as number)) / 2;
      const factor = Math.exp(noiseSd * (common + own * noise) - (noiseSd * noiseSd) / 2);
      bps[demand] = (peakBps[demand] as number) * level * factor;
    }
  }

  #levels(elapsedSeconds: number): void {
    for (let node = 0; node < this.#level.length; node += 1) {
      this.#level[node] = dailyLevel((this.#startHour[node] as number) + elapsedSeconds / 3600, this.#traffic);
    }
  }
}

/** 1 at the peak hour, `troughRatio` twelve hours away, a cosine between. */
export function dailyLevel(hour: number, traffic: { readonly troughRatio: number; readonly peakHour: number }): number {
  const swing = Math.cos((2 * Math.PI * (hour - traffic.peakHour)) / HOURS);
  return (1 + traffic.troughRatio) / 2 + ((1 - traffic.troughRatio) / 2) * swing;
}

/** Nodes without a longitude stand in the middle of the network; a network without any, at Greenwich. */
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
