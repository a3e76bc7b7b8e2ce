import type { Rng } from '../../../core/rng.ts';
import { type CompiledGraph, compileGraph } from '../../../twin/compiled.ts';
import { buildGraph } from '../../../twin/graph.ts';
import { Ailments } from '../ailments.ts';
import { queueingMs } from '../counters.ts';
import { tableOf } from '../demand-table.ts';
import { poisson } from '../distributions.ts';
import { FaultTargets } from '../fault-targets.ts';
import { FaultSchedule } from '../faults.ts';
import { type Forwarded, Forwarder } from '../forwarding.ts';
import { gravityDemands } from '../gravity.ts';
import { IgpRouting } from '../igp.ts';
import { Instruments } from '../instruments/instruments.ts';
import { type LinkTable, type PlantState, tableOfLinks } from '../plant.ts';
import { TrafficRhythm } from '../rhythm.ts';
import type { Scenario } from '../scenario-schema.ts';
import { DayColumns, type FailureTruth, type OfflineOptions, type OfflineSeries } from './day.ts';
import { LINK_METRICS, LinkHealth } from './link-health.ts';
import { truthOf, truthOfFault } from './truth.ts';

const ARC_METRICS = [
  'loadBps',
  'utilisation',
  'lossRatio',
  'wireLossRatio',
  'congestionLossRatio',
  'errorRatio',
  'latencyMs',
  'baselineLatencyMs',
] as const;
type ArcMetric = (typeof ARC_METRICS)[number];

const STEP_SECONDS = 60;
const PROBE_SHARE = 0.01;
const BURST_SHARE = 0.05;
/** Loss on the wire below this is taken from the counted errors, as the live scorer does. */
const SKEW_FLOOR = 0.01;

export interface WorldColumns {
  readonly links: DayColumns<(typeof LINK_METRICS)[number]>;
  readonly arcs: DayColumns<ArcMetric>;
  /** In the order of the instruments' readings. */
  readonly readings: readonly DayColumns<string>[];
}

export function seriesOf({ links, arcs, readings }: WorldColumns, atMs: Float64Array): OfflineSeries[] {
  return [links, arcs, ...readings].flatMap((each) => [...each.series(atMs)]);
}

/** The simulated network in steps of a minute: the live simulator's parts without packets. */
export class OfflineWorld {
  readonly #options: Omit<OfflineOptions, 'days'>;
  readonly #scenario: Scenario;
  readonly #graph: CompiledGraph;
  readonly #links: LinkTable;
  readonly #rhythm: TrafficRhythm;
  readonly #targets: FaultTargets;
  readonly #faults: FaultSchedule;
  readonly #ailments: Ailments;
  readonly #instruments: Instruments;
  readonly #forwarder: Forwarder;
  readonly #igp: IgpRouting;
  readonly #health: LinkHealth;
  readonly #rng: Rng;
  readonly #table: { readonly source: Int32Array; readonly target: Int32Array };
  readonly #levelBps: Float64Array;
  readonly #sentBps: Float64Array;
  readonly #igpShare: Float64Array;
  readonly #probeBps: Float64Array;
  readonly #wireSurvival: Float64Array;
  readonly #figures: Record<ArcMetric, Float64Array>;
  readonly #truth: FailureTruth[] = [];
  #closed = '';
  #step = 0;

  constructor(options: Omit<OfflineOptions, 'days'>, rng: Rng) {
    const { network, scenario, startMs } = options;
    const { traffic, plant } = scenario;
    this.#options = options;
    this.#scenario = scenario;
    const graph = compileGraph(buildGraph(network));
    this.#graph = graph;
    this.#links = tableOfLinks(network, graph);
    const intact = new IgpRouting(graph);
    const table = options.demands
      ? tableOf(graph, options.demands)
      : gravityDemands(network, graph, intact, {
          largest: traffic.largestDemands,
          peakUtilisation: traffic.peakUtilisation,
        });
    this.#table = table;
    this.#levelBps = new Float64Array(table.ids.length);
    this.#sentBps = new Float64Array(table.ids.length);
    this.#igpShare = new Float64Array(table.ids.length).fill(1);
    this.#rhythm = new TrafficRhythm(network, graph, table, scenario, rng.fork('traffic'), startMs);
    this.#targets = new FaultTargets(graph, this.#links, table, intact, this.#levelBps);
    this.#faults = new FaultSchedule(
      { ...scenario.faults, scripted: [] },
      this.#links,
      graph.nodeIds,
      this.#targets,
      rng.fork('faults'),
    );
    this.#ailments = new Ailments(network, graph, this.#links, scenario, rng.fork('ailments'), startMs);
    this.#instruments = new Instruments(network, graph, this.#links, scenario, rng.fork('instruments'), startMs);
    this.#forwarder = new Forwarder(graph, table);
    this.#igp = new IgpRouting(graph);
    this.#health = new LinkHealth(this.#links, graph.arcCount);
    this.#rng = rng.fork('counters');
    const wantedBps = plant.probePacketsPerSecond * plant.probePacketBytes * 8;
    this.#probeBps = graph.capacityBps.map((bps) => Math.min(wantedBps, bps * PROBE_SHARE));
    this.#wireSurvival = new Float64Array(graph.arcCount);
    this.#figures = Object.fromEntries(
      ARC_METRICS.map((metric) => [metric, new Float64Array(graph.arcCount)]),
    ) as Record<ArcMetric, Float64Array>;
  }

  newColumns(minutes: number): WorldColumns {
    return {
      links: new DayColumns('link', this.#links.ids, LINK_METRICS, minutes),
      arcs: new DayColumns('arc', this.#graph.arcIds, ARC_METRICS, minutes),
      readings: this.#instruments.readings.map(
        ({ kind, ids, figures }) => new DayColumns(kind, ids, Object.keys(figures), minutes),
      ),
    };
  }

  /** Truth with an onset before this time that was not handed out yet. */
  truthUntil(untilMs: number): FailureTruth[] {
    const due = this.#truth.filter(({ onsetMs }) => onsetMs < untilMs);
    this.#truth.splice(0, this.#truth.length, ...this.#truth.filter(({ onsetMs }) => onsetMs >= untilMs));
    return due.sort((x, y) => x.onsetMs - y.onsetMs);
  }

  /** Moves on by a minute and writes it down. */
  minute(minute: number, into: WorldColumns): void {
    const atSeconds = this.#step * STEP_SECONDS;
    this.#step += 1;
    this.#rhythm.step(atSeconds, STEP_SECONDS, this.#levelBps);
    const plant = this.#plant(atSeconds);
    const forwarded = this.#forward(plant);
    for (let arc = 0; arc < this.#graph.arcCount; arc += 1) this.#measure(arc, forwarded, plant);
    this.#health.judge(this.#figures, plant, into.links, minute);
    this.#figures.baselineLatencyMs.set(this.#health.baselineMs);
    into.arcs.write(this.#figures, minute);
    this.#instruments.advance(atSeconds, STEP_SECONDS, plant, this.#figures.loadBps, this.#rhythm.levels);
    this.#instruments.readings.forEach(({ figures }, at) => {
      into.readings[at]?.write(figures, minute);
    });
  }

  #plant(atSeconds: number): PlantState {
    this.#targets.refresh();
    const originMs = this.#options.startMs;
    const begun = this.#faults.advance(atSeconds, originMs + atSeconds * 1000);
    for (const record of begun) if (record.phase === 'begin') this.#truth.push(truthOfFault(record));
    const plant = this.#faults.plant(this.#graph.arcCount);
    for (const failure of this.#ailments.advance(atSeconds, STEP_SECONDS, plant)) {
      this.#truth.push(truthOf(failure, originMs, this.#links.ids, this.#graph.nodeIds));
    }
    return plant;
  }

  #forward(plant: PlantState): Forwarded {
    const { source, target } = this.#table;
    for (let demand = 0; demand < this.#sentBps.length; demand += 1) {
      const surge =
        (plant.sourceFactor[source[demand] as number] as number) *
        (plant.targetFactor[target[demand] as number] as number);
      this.#sentBps[demand] = (this.#levelBps[demand] as number) * surge;
    }
    const closed = this.#links.arcs.flatMap((pair, link) => (plant.linkUp[link] === 1 ? [] : [...pair]));
    const key = closed.join(',');
    if (key !== this.#closed) this.#igp.close(closed);
    this.#closed = key;
    for (let arc = 0; arc < this.#graph.arcCount; arc += 1) {
      const link = this.#links.linkOfArc[arc] as number;
      this.#wireSurvival[arc] =
        (plant.linkUp[link] as number) *
        (1 - (plant.flapShare[link] as number)) *
        (1 - (plant.corruption[arc] as number)) *
        (1 - (plant.throttled[arc] as number));
    }
    return this.#forwarder.forward(this.#igp, {
      bps: this.#sentBps,
      igpShare: this.#igpShare,
      pinned: [],
      wireSurvival: this.#wireSurvival,
      probeBps: this.#probeBps,
    });
  }

  #measure(arc: number, { offeredBps, dropRatio }: Forwarded, plant: PlantState): void {
    const figures = this.#figures;
    const link = this.#links.linkOfArc[arc] as number;
    if (plant.linkUp[link] === 0) {
      for (const metric of ARC_METRICS) figures[metric][arc] = Number.NaN;
      figures.loadBps[arc] = 0;
      figures.utilisation[arc] = 0;
      return;
    }
    const { packetBytes, visibleErrorShare } = this.#scenario.plant;
    const offered = (offeredBps[arc] as number) + (this.#probeBps[arc] as number);
    const congestion = 1 - (1 - (dropRatio[arc] as number)) * (1 - (plant.throttled[arc] as number));
    const sentBps = offered * (1 - congestion);
    const flaps = plant.flapShare[link] as number;
    const corruption = 1 - (1 - (plant.corruption[arc] as number)) * (1 - flaps);
    const visible = plant.isSilent[arc] === 1 ? 0 : (plant.corruption[arc] as number) * visibleErrorShare;
    const packets = (sentBps * STEP_SECONDS) / 8 / packetBytes;
    const errors = visible === 0 ? 0 : Math.min(1, poisson(this.#rng, packets * visible) / packets);
    const wire = corruption >= SKEW_FLOOR ? corruption : errors;
    figures.loadBps[arc] = sentBps;
    figures.utilisation[arc] = sentBps / (this.#graph.capacityBps[arc] as number);
    figures.errorRatio[arc] = errors;
    figures.wireLossRatio[arc] = wire;
    figures.congestionLossRatio[arc] = congestion;
    figures.lossRatio[arc] = 1 - (1 - wire) * (1 - congestion);
    figures.latencyMs[arc] =
      corruption < 1 ? this.#latencyMs(arc, offered) + (plant.extraLatencyMs[arc] as number) : Number.NaN;
  }

  #latencyMs(arc: number, offeredBps: number): number {
    const { jitterMs, packetBytes, burstPackets, bufferMs } = this.#scenario.plant;
    const capacityBps = this.#graph.capacityBps[arc] as number;
    const serviceMs = Math.min((burstPackets * packetBytes * 8 * 1000) / capacityBps, BURST_SHARE * bufferMs);
    const queueing = queueingMs(offeredBps / capacityBps, serviceMs, bufferMs);
    return (this.#graph.latencyMs[arc] as number) + queueing + jitterMs * Math.abs(this.#rng.normal());
  }
}
