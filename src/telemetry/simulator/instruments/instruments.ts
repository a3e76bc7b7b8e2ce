import type { Network } from '../../../../topology/model.ts';
import { ENDS } from '../../../core/ids.ts';
import type { Rng } from '../../../core/rng.ts';
import type { CompiledGraph } from '../../../twin/compiled.ts';
import type { LinkTable, PlantState } from '../plant.ts';
import { solarHours } from '../rhythm.ts';
import type { Scenario } from '../scenario-schema.ts';
import { DEVICE_METRICS, Devices } from './devices.ts';
import { OPTICS_METRICS, Optics } from './optics.ts';
import { accessNodes, SESSION_METRICS, Sessions } from './sessions.ts';
import { TRANSCEIVER_METRICS, Transceivers } from './transceivers.ts';

/** Figures of things of one kind: one array a metric, in the order of `ids`; NaN where there is none. */
export interface Readings {
  readonly kind: 'device' | 'interface';
  readonly ids: readonly string[];
  readonly figures: Readonly<Record<string, Float64Array>>;
}

/** What routers and transceivers measure beside what passes through interfaces. */
export class Instruments {
  readonly optics: Optics;
  readonly #devices: Devices;
  readonly #transceivers: Transceivers;
  readonly #sessions: Sessions;
  readonly #graph: CompiledGraph;
  /** Node numbers of the access routers. */
  readonly #access: readonly number[];
  readonly #linksOf: readonly (readonly number[])[];
  readonly #startHour: Float64Array;
  readonly #hour: Float64Array;
  readonly #loadRatio: Float64Array;
  readonly #capacityBps: Float64Array;
  /** All there is to read; the arrays are filled anew by every `advance`. */
  readonly readings: readonly Readings[];

  constructor(network: Network, graph: CompiledGraph, links: LinkTable, scenario: Scenario, rng: Rng, startMs: number) {
    this.#graph = graph;
    this.optics = new Optics(scenario.optics, network.links, links, rng.fork('optics'));
    this.#devices = new Devices(scenario.devices, graph.nodeCount, rng.fork('devices'));
    this.#transceivers = new Transceivers(scenario.transceivers, this.optics.media, links, rng.fork('transceivers'));
    const access = accessNodes(network);
    this.#access = access.map((id) => graph.nodeIndex.get(id) as number);
    this.#sessions = new Sessions(scenario.sessions, access.length, rng.fork('sessions'));
    this.#startHour = solarHours(network, graph, scenario.startHour, startMs);
    this.#hour = new Float64Array(graph.nodeCount);
    this.#loadRatio = new Float64Array(graph.nodeCount);
    this.#capacityBps = sumByTail(graph, graph.capacityBps);
    this.#linksOf = linksByNode(links, graph.nodeCount);
    this.readings = [
      { kind: 'device', ids: graph.nodeIds, figures: pick(this.#devices, DEVICE_METRICS) },
      { kind: 'device', ids: access, figures: pick(this.#sessions.figures, SESSION_METRICS) },
      {
        kind: 'interface',
        ids: links.ids.flatMap((id) => ENDS.map((end) => `${id}:${end}`)),
        figures: { ...pick(this.optics, OPTICS_METRICS), ...pick(this.#transceivers, TRANSCEIVER_METRICS) },
      },
    ];
  }

  /**
   * Moves on by `dtSeconds` to a time since the start.
   * @param loadBps what each arc carries
   * @param levels how busy the time is at each node, 1 at the peak
   */
  advance(atSeconds: number, dtSeconds: number, plant: PlantState, loadBps: Float64Array, levels: Float64Array): void {
    const sentBps = sumByTail(this.#graph, loadBps);
    for (let node = 0; node < this.#hour.length; node += 1) {
      this.#hour[node] = (this.#startHour[node] as number) + atSeconds / 3600;
      const capacityBps = this.#capacityBps[node] as number;
      this.#loadRatio[node] = capacityBps > 0 ? (sentBps[node] as number) / capacityBps : 0;
    }
    this.optics.advance(dtSeconds, plant);
    this.#devices.advance(dtSeconds, plant, this.#loadRatio, this.#hour);
    this.#transceivers.advance(dtSeconds, plant, this.#devices.roomCelsius);
    const node = (index: number): number => this.#access[index] as number;
    this.#sessions.advance(
      dtSeconds,
      (index) => levels[node(index)] as number,
      (index) => (this.#linksOf[node(index)] as readonly number[]).some((link) => plant.linkUp[link] === 1),
      (index) => plant.cpuRise[node(index)] as number,
    );
  }
}

function sumByTail(graph: CompiledGraph, values: Float64Array): Float64Array {
  const sums = new Float64Array(graph.nodeCount);
  for (let arc = 0; arc < graph.arcCount; arc += 1) {
    const tail = graph.tail[arc] as number;
    sums[tail] = (sums[tail] as number) + (values[arc] as number);
  }
  return sums;
}

function linksByNode(links: LinkTable, nodeCount: number): number[][] {
  const own = Array.from({ length: nodeCount }, (): number[] => []);
  links.ids.forEach((_id, link) => {
    own[links.a[link] as number]?.push(link);
    own[links.z[link] as number]?.push(link);
  });
  return own;
}

function pick<Name extends string>(
  from: Readonly<Record<Name, Float64Array>>,
  names: readonly Name[],
): Record<string, Float64Array> {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}
