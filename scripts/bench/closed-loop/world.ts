import { createRng } from '../../../src/core/rng.ts';
import type { TruthRecord } from '../../../src/store/store.ts';
import { type DemandTable, tableOf } from '../../../src/telemetry/simulator/demand-table.ts';
import { FaultTargets } from '../../../src/telemetry/simulator/fault-targets.ts';
import { FaultSchedule } from '../../../src/telemetry/simulator/faults.ts';
import { gravityDemands } from '../../../src/telemetry/simulator/gravity.ts';
import { Convergence, IgpRouting } from '../../../src/telemetry/simulator/igp.ts';
import { LiveAilments } from '../../../src/telemetry/simulator/live-ailments.ts';
import { intactPlant, type LinkTable, type PlantState, tableOfLinks } from '../../../src/telemetry/simulator/plant.ts';
import { TrafficRhythm } from '../../../src/telemetry/simulator/rhythm.ts';
import type { Scenario } from '../../../src/telemetry/simulator/scenario-schema.ts';
import { type CompiledGraph, compileGraph } from '../../../src/twin/compiled.ts';
import { buildGraph } from '../../../src/twin/graph.ts';
import type { Demand, Network } from '../../../topology/model.ts';
import { changedLinks, isSame, isSudden } from './plant-change.ts';

export interface WorldOptions {
  readonly network: Network;
  /** Demands at their daily peak; null makes them up by a gravity model. */
  readonly demands: readonly Demand[] | null;
  readonly scenario: Scenario;
  readonly seed: number;
  readonly startMs: number;
  /** Seconds between two levels of the traffic around events, and where nothing happens. */
  readonly tickSeconds: { readonly busy: number; readonly quiet: number };
}

/** A stretch of time in which nothing changes but what the arms do themselves. Whole seconds since the start. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  /** By demand; shared by segments with the same traffic. */
  readonly sentBps: Float64Array;
  readonly plant: PlantState;
  /** What the IGP believes of the links. */
  readonly believedUp: Uint8Array;
  /** Links (numbers) that are down, and were up for minutes before. */
  readonly firstBreaks: ReadonlySet<number>;
  /** Faults that go on: id and kind. */
  readonly faults: ReadonlyMap<string, string>;
}

/** A link that went down within this time before has not broken for the first time, seconds. */
const AGAIN_SECONDS = 300;
/** Traffic is quiet again so long after the last event, seconds. */
const BUSY_SECONDS = 180;

/**
 * What happens to traffic and plant, second by second as in the live simulator with the same seed, apart from what
 * anybody does about it: all arms see the same segments.
 */
export class ClosedLoopWorld {
  readonly network: Network;
  readonly scenario: Scenario;
  readonly startMs: number;
  readonly graph: CompiledGraph;
  readonly links: LinkTable;
  readonly table: DemandTable;
  readonly demandIndex: ReadonlyMap<string, number>;
  /** Seconds at which something happened all at once, as far as the world was drawn. */
  readonly eventsAt: number[] = [];
  /** Links (numbers) whose own state changed, by when, as far as the world was drawn. */
  readonly #linksAt: { readonly at: number; readonly links: readonly number[] }[] = [];
  readonly #rhythm: TrafficRhythm;
  readonly #targets: FaultTargets;
  readonly #faults: FaultSchedule | null;
  readonly #ailments: LiveAilments;
  readonly #convergence: Convergence;
  readonly #tickSeconds: WorldOptions['tickSeconds'];
  readonly #levelBps: Float64Array;
  readonly #going = new Map<string, string>();
  /** When links last were down, seconds; and those that are down for the first time. */
  readonly #downAt = new Map<number, number>();
  readonly #firstBreaks = new Set<number>();
  #second = 0;
  #levelAt = 0;
  #nextLevelAt = 0;
  #eventAt = 0;
  #current: Omit<Segment, 'to'> | null = null;
  #sentBps: Float64Array = new Float64Array(0);

  constructor({ network, demands, scenario, seed, startMs, tickSeconds }: WorldOptions) {
    this.network = network;
    this.scenario = scenario;
    this.startMs = startMs;
    this.#tickSeconds = tickSeconds;
    const rng = createRng(seed);
    const graph = compileGraph(buildGraph(network));
    const intact = new IgpRouting(graph);
    this.graph = graph;
    this.links = tableOfLinks(network, graph);
    const { largestDemands: largest, peakUtilisation } = scenario.traffic;
    this.table = demands
      ? tableOf(graph, demands)
      : gravityDemands(network, graph, intact, { largest, peakUtilisation });
    this.demandIndex = new Map(this.table.ids.map((id, demand) => [id, demand]));
    this.#levelBps = new Float64Array(this.table.ids.length);
    this.#rhythm = new TrafficRhythm(network, graph, this.table, scenario, rng.fork('traffic'), startMs);
    this.#targets = new FaultTargets(graph, this.links, this.table, intact, this.#levelBps);
    this.#faults = hasFaults(scenario)
      ? new FaultSchedule(scenario.faults, this.links, graph.nodeIds, this.#targets, rng.fork('faults'))
      : null;
    this.#convergence = new Convergence(this.links.ids.length, scenario.plant.igpConvergenceSeconds);
    this.#ailments = new LiveAilments(network, graph, this.links, scenario, rng.fork('ailments'), startMs, 0);
  }

  /** Whether something happened in `[from, to]`, seconds. */
  hasEvent(from: number, to: number): boolean {
    for (let at = this.eventsAt.length - 1; at >= 0; at -= 1) {
      const event = this.eventsAt[at] as number;
      if (event < from) return false;
      if (event <= to) return true;
    }
    return false;
  }

  /** The first event from a second on; as far as the world was drawn where there is none. */
  nextEvent(from: number): number {
    let next = this.#second;
    for (let at = this.eventsAt.length - 1; at >= 0; at -= 1) {
      const event = this.eventsAt[at] as number;
      if (event < from) break;
      next = event;
    }
    return next;
  }

  /** Links (numbers) whose own state changes in `[from, to]`, seconds. */
  linksChanging(from: number, to: number): ReadonlySet<number> {
    const changing = new Set<number>();
    for (let each = this.#linksAt.length - 1; each >= 0; each -= 1) {
      const { at, links } = this.#linksAt[each] as { at: number; links: readonly number[] };
      if (at < from) break;
      if (at <= to) for (const link of links) changing.add(link);
    }
    return changing;
  }

  /** How far the world was drawn, seconds. */
  get drawnTo(): number {
    return this.#second;
  }

  /** The next stretch; they follow each other without a gap, for ever. */
  next(): Segment {
    for (;;) {
      const begun = this.#step();
      if (begun) return begun;
    }
  }

  /** One second; the segment that ends with its beginning, if one does. */
  #step(): Segment | null {
    const at = this.#second;
    this.#second += 1;
    const isLevel = at >= this.#nextLevelAt;
    if (isLevel) this.#moveTraffic(at);
    const { plant, truth } = this.#plantAt(at);
    this.#noteBreaks(plant, at);
    const before = this.#current;
    const isConverged = this.#convergence.observe(plant.linkUp, at);
    const isNew = before === null || !isSame(before.plant, plant);
    if (before === null || truth.length > 0 || isConverged || (isNew && isSudden(before.plant, plant))) this.#note(at);
    if (!isLevel && !isNew && !isConverged && truth.length === 0) return null;
    if (before !== null && isNew) this.#linksAt.push({ at, links: changedLinks(before.plant, plant, this.links) });
    if (isLevel || isNew) this.#sentBps = this.#sent(plant);
    this.#current = {
      from: at,
      sentBps: this.#sentBps,
      plant,
      believedUp: this.#convergence.believedUp.slice(),
      firstBreaks: new Set(this.#firstBreaks),
      faults: new Map(this.#going),
    };
    return before && { ...before, to: at };
  }

  #noteBreaks({ linkUp }: PlantState, at: number): void {
    linkUp.forEach((up, link) => {
      if (up === 1) this.#firstBreaks.delete(link);
      else {
        if (at - (this.#downAt.get(link) ?? -Infinity) > AGAIN_SECONDS) this.#firstBreaks.add(link);
        this.#downAt.set(link, at);
      }
    });
  }

  #note(at: number): void {
    this.eventsAt.push(at);
    this.#eventAt = at;
    this.#nextLevelAt = Math.min(this.#nextLevelAt, this.#levelAt + this.#tickSeconds.busy);
  }

  #moveTraffic(at: number): void {
    const { busy, quiet } = this.#tickSeconds;
    this.#rhythm.step(at, Math.max(1, at - this.#levelAt), this.#levelBps);
    this.#targets.refresh();
    this.#levelAt = at;
    this.#nextLevelAt = at + (at - this.#eventAt < BUSY_SECONDS ? busy : quiet);
  }

  #plantAt(at: number): { plant: PlantState; truth: TruthRecord[] } {
    const { arcCount, nodeCount } = this.graph;
    const begun = this.#faults?.advance(at, this.startMs + at * 1000) ?? [];
    const plant = this.#faults?.plant(arcCount) ?? intactPlant(this.links.ids.length, arcCount, nodeCount);
    const truth = [...begun, ...this.#ailments.advance(at, 1, plant)];
    for (const { faultId, kind, phase } of truth) {
      if (phase === 'begin') this.#going.set(faultId, kind);
      else this.#going.delete(faultId);
    }
    return { plant, truth };
  }

  #sent({ sourceFactor, targetFactor }: PlantState): Float64Array {
    const { source, target } = this.table;
    return this.#levelBps.map(
      (bps, demand) =>
        bps * (sourceFactor[source[demand] as number] as number) * (targetFactor[target[demand] as number] as number),
    );
  }
}

function hasFaults({ faults }: Scenario): boolean {
  const { scripted, ...rest } = faults;
  return scripted.length > 0 || Object.values(rest).some((plan) => typeof plan === 'object' && plan !== null);
}
