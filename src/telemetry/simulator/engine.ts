import type { Demand, Network } from '../../../topology/model.ts';
import { DetourError } from '../../core/errors.ts';
import { createRng } from '../../core/rng.ts';
import { preview } from '../../core/schema.ts';
import type { DemandSet } from '../../reroute/plan.ts';
import type { Tunnel } from '../../reroute/proposal.ts';
import type { TruthRecord } from '../../store/store.ts';
import { compileGraph } from '../../twin/compiled.ts';
import { buildGraph } from '../../twin/graph.ts';
import type { Measurement } from '../sample.ts';
import { InterfaceCounters } from './counters.ts';
import { tableOf } from './demand-table.ts';
import { BUSIEST, FaultTargets } from './fault-targets.ts';
import { FaultSchedule } from './faults.ts';
import { Forwarder } from './forwarding.ts';
import { gravityDemands } from './gravity.ts';
import { Convergence, IgpRouting } from './igp.ts';
import { Instruments, type Readings } from './instruments/instruments.ts';
import { LiveAilments } from './live-ailments.ts';
import { intactPlant, tableOfLinks } from './plant.ts';
import { TrafficRhythm } from './rhythm.ts';
import type { Scenario } from './scenario-schema.ts';
import { type RejectedTunnel, TunnelTable } from './tunnel-table.ts';

/** What really happened to the traffic in a step. Ground truth: for tests, evaluation and the truth channel only. */
export interface TrafficTotals {
  readonly offeredBps: number;
  readonly deliveredBps: number;
  /** offered - delivered, added up where it was lost. */
  readonly lostBps: number;
}

export interface StepResult {
  /** Simulated time at the end of the step. */
  readonly atMs: number;
  /** One per interface, in the order of the network's links, end a before end z. */
  readonly measurements: Measurement[];
  /** Faults that began or ended in this step. */
  readonly truth: TruthRecord[];
  readonly totals: TrafficTotals;
  /** Traffic of the demands that wants to leave by each arc, bit/s (ground truth), by arc id. */
  arcOfferedBps(arcId: string): number;
}

export interface EngineOptions {
  readonly network: Network;
  /** Demands at their daily peak; null makes them up by a gravity model. */
  readonly demands: readonly Demand[] | null;
  readonly scenario: Scenario;
  readonly seed: number;
  /** Simulated time at the start, ms since the epoch. */
  readonly startMs: number;
  /**
   * How long the network has been running at the start, seconds: failures that are drawn by the rates of links go on as
   * an offline run over this time, with the same seed, left them. Default 0.
   */
  readonly ageSeconds?: number;
}

/** The simulated network. The same options and the same calls give the same results. */
export interface Engine {
  /** Moves the network on. Faults that are due at the beginning of the step hold for all of it. `dtSeconds` > 0. */
  step(dtSeconds: number): StepResult;
  /** Replaces all tunnels, from the next step on; names those that do not fit. */
  setTunnels(tunnels: readonly Tunnel[]): RejectedTunnel[];
  /** The demands of the last step as flow telemetry would measure them (with its error), at simulated time. */
  demandSet(): DemandSet;
  /** What routers and transceivers measure now, apart from interface counters; NaN where there is nothing to read. */
  readings(): readonly Readings[];
}

/** Throws INVALID_SCENARIO when the scenario names a link, group or node that the network does not have. */
export function createEngine(options: EngineOptions): Engine {
  const { network, scenario, startMs } = options;
  checkNames(network, scenario);
  const { traffic, plant } = scenario;
  const rng = createRng(options.seed);
  const graph = compileGraph(buildGraph(network));
  const links = tableOfLinks(network, graph);
  const intact = new IgpRouting(graph);
  const table = options.demands
    ? tableOf(graph, options.demands)
    : gravityDemands(network, graph, intact, {
        largest: traffic.largestDemands,
        peakUtilisation: traffic.peakUtilisation,
      });
  const rhythm = new TrafficRhythm(network, graph, table, scenario, rng.fork('traffic'), startMs);
  const levelBps = new Float64Array(table.ids.length);
  const sentBps = new Float64Array(table.ids.length);
  const targets = new FaultTargets(graph, links, table, intact, levelBps);
  const faults = new FaultSchedule(scenario.faults, links, graph.nodeIds, targets, rng.fork('faults'));
  const convergence = new Convergence(links.ids.length, plant.igpConvergenceSeconds);
  const ailments = new LiveAilments(
    network,
    graph,
    links,
    scenario,
    rng.fork('ailments'),
    startMs,
    options.ageSeconds ?? 0,
  );
  const instruments = new Instruments(network, graph, links, scenario, rng.fork('instruments'), startMs);
  const loadBps = new Float64Array(graph.arcCount);
  let present = intactPlant(links.ids.length, graph.arcCount, graph.nodeCount);
  let readAt = 0;
  const igp = new IgpRouting(graph);
  const tunnels = new TunnelTable(graph, table);
  const forwarder = new Forwarder(graph, table);
  const counters = new InterfaceCounters(network, graph, links, plant, rng.fork('counters'));
  const wireSurvival = new Float64Array(graph.arcCount);
  let elapsedSeconds = 0;
  let steps = 0;

  const step = (dtSeconds: number): StepResult => {
    if (!(dtSeconds > 0)) throw new RangeError(`a step takes more than 0 s, got ${dtSeconds}`);
    rhythm.step(elapsedSeconds, dtSeconds, levelBps);
    targets.refresh();
    const truth = faults.advance(elapsedSeconds, startMs + elapsedSeconds * 1000);
    const state = faults.plant(graph.arcCount);
    truth.push(...ailments.advance(elapsedSeconds, dtSeconds, state));
    present = state;
    for (let demand = 0; demand < sentBps.length; demand += 1) {
      const surge =
        (state.sourceFactor[table.source[demand] as number] as number) *
        (state.targetFactor[table.target[demand] as number] as number);
      sentBps[demand] = (levelBps[demand] as number) * surge;
    }
    if (convergence.observe(state.linkUp, elapsedSeconds)) igp.close(closedArcs());
    for (let arc = 0; arc < graph.arcCount; arc += 1) {
      const up = state.linkUp[links.linkOfArc[arc] as number] as number;
      wireSurvival[arc] = up * (1 - (state.corruption[arc] as number)) * (1 - (state.throttled[arc] as number));
    }
    const routes = tunnels.active(links.linkOfArc, convergence.believedUp);
    const forwarded = forwarder.forward(igp, { bps: sentBps, ...routes, wireSurvival, probeBps: counters.probeBps });
    loadBps.set(forwarded.offeredBps);
    elapsedSeconds += dtSeconds;
    steps += 1;
    const atMs = startMs + elapsedSeconds * 1000;
    return {
      atMs,
      measurements: counters.measure(forwarded, state, dtSeconds, atMs),
      truth,
      totals: {
        offeredBps: sentBps.reduce((sum, bps) => sum + bps, 0),
        deliveredBps: forwarded.deliveredBps,
        lostBps: forwarded.lostBps,
      },
      arcOfferedBps: (arcId) => forwarded.offeredBps[graph.arcIndex.get(arcId) ?? -1] ?? 0,
    };
  };

  const closedArcs = (): number[] =>
    links.arcs.flatMap((pair, link) => (convergence.believedUp[link] === 1 ? [] : [...pair]));

  const demandSet = (): DemandSet => {
    // A stream of its own per step: how often anyone looks does not change what is seen.
    const error = rng.fork(`flow-telemetry:${steps}`);
    const demands = table.ids.map((id, demand) => ({
      id,
      source: graph.nodeIds[table.source[demand] as number] as string,
      target: graph.nodeIds[table.target[demand] as number] as string,
      // Whole bits: the noise is far larger, and the digits behind would be a fifth of every stored plan input.
      bps: Math.max(0, Math.round((sentBps[demand] as number) * (1 + traffic.measurementSd * error.normal()))),
      class: table.classes[demand] ?? null,
    }));
    return { source: 'measured', atMs: startMs + elapsedSeconds * 1000, demands };
  };

  const readings = (): readonly Readings[] => {
    const sinceSeconds = elapsedSeconds - readAt;
    readAt = elapsedSeconds;
    if (sinceSeconds > 0) instruments.advance(elapsedSeconds, sinceSeconds, present, loadBps, rhythm.levels);
    return instruments.readings;
  };

  return { readings, step, setTunnels: (wanted) => tunnels.set(wanted), demandSet };
}

function checkNames(network: Network, scenario: Scenario): void {
  const known = {
    link: new Set([BUSIEST, ...network.links.map((link) => link.id)]),
    srlg: new Set(network.links.flatMap((link) => link.srlgs)),
    node: new Set(network.nodes.map((node) => node.id)),
  };
  scenario.faults.scripted.forEach((fault, index) => {
    for (const kind of ['link', 'srlg', 'node'] as const) {
      const name = fault[kind];
      if (name === undefined || known[kind].has(name)) continue;
      const field = `faults.scripted[${index}].${kind}`;
      throw new DetourError('INVALID_SCENARIO', `${field}: network ${network.name} has no ${kind} ${preview(name)}`, {
        field,
        value: name,
        hint: `name a ${kind} of the network file${kind === 'link' ? ` or ${BUSIEST}` : ''}`,
      });
    }
  });
}
