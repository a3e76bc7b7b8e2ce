import { createRng, type Rng } from '../../../src/core/rng.ts';
import type { ArcState, LinkState } from '../../../src/health/link-state.ts';
import type { PlanInput } from '../../../src/reroute/plan.ts';
import { planReroutes } from '../../../src/reroute/planner.ts';
import { buildTwin } from '../../../src/twin/twin.ts';
import { loadNetwork } from '../../../topology/files.ts';
import { type Demand, indexNetwork, type Link, type NetworkIndex } from '../../../topology/model.ts';
import { type Bench, type Measure, measure, percentile } from '../harness.ts';

const NETWORK = 'backbone-100';
const BAD_LINKS = 5;
const CASES = 40;
const WARM_UP = 5;
const MUST_MS = 100;
/** As many as the simulator keeps of this network's demands; all pairs are reported beside it. */
const SIMULATED_DEMANDS = 2000;
/** Highest utilisation before anything is bad. */
const BASE_MLU = 0.7;
const AT_MS = 1_700_000_000_000;
const LIMITS = { utilisationLimit: 0.8, holdMargin: 0.05, holdMs: 30_000, maxStaleShare: 0.1, maxDemandAgeMs: 60_000 };

/** Random choices of bad links, each planned from scratch: twin, routing, ways round, runners-up, cuts, write-up. */
export const bench: Bench = {
  name: 'cycle',
  summary: 'one full plan of backbone-100 with 5 bad links: from input to proposals',
  run: async () => {
    const { network } = await loadNetwork(NETWORK);
    const index = indexNetwork(network);
    const all = gravity(index, createRng(1).fork('demands'));
    const largest = [...all].sort((x, y) => y.bps - x.bps).slice(0, SIMULATED_DEMANDS);
    return [...figures(index, largest, '', MUST_MS), ...figures(index, all, '-all-pairs')];
  },
};

function figures(index: NetworkIndex, demands: readonly Demand[], suffix: string, must?: number): Measure[] {
  const rng = createRng(2);
  const inputs = Array.from({ length: WARM_UP + CASES }, (_, at) => inputOf(index, demands, rng.fork(`case ${at}`)));
  const runs = inputs.map((input) => timed(index, input)).slice(WARM_UP);
  const report = (name: string, value: number, unit: string, bound?: number) =>
    measure({
      bench: 'cycle',
      metric: `${name}${suffix}`,
      value,
      unit,
      better: 'lower',
      ...(bound ? { must: bound } : {}),
    });
  const elapsed = runs.map((run) => run.elapsedMs);
  const moves = runs.map((run) => run.moves);
  return [
    report('plan-median', percentile(elapsed, 0.5), 'ms', must),
    report('plan-p95', percentile(elapsed, 0.95), 'ms'),
    report('moves-median', percentile(moves, 0.5), 'moves'),
    report('demands', demands.length, 'demands'),
  ];
}

function timed(index: NetworkIndex, input: PlanInput): { elapsedMs: number; moves: number } {
  const startedMs = performance.now();
  const outcome = planReroutes(index, input, 'request');
  const elapsedMs = performance.now() - startedMs;
  if (outcome.plan.refused || outcome.changed.length === 0) throw new Error('the bench made a plan without proposals');
  return { elapsedMs, moves: outcome.changed.reduce((sum, proposal) => sum + proposal.moves.length, 0) };
}

/** Gravity demands between all pairs, scaled so that the fullest arc is at the base utilisation. */
function gravity({ network }: NetworkIndex, rng: Rng): Demand[] {
  const mass = new Map(network.nodes.map((node) => [node.id, node.mass ?? Math.exp(rng.between(0, 2))]));
  const pairs = network.nodes.flatMap((source) =>
    network.nodes
      .filter((target) => target !== source)
      .map((target) => ({
        id: `${source.id}>${target.id}`,
        source: source.id,
        target: target.id,
        bps: (mass.get(source.id) ?? 1) * (mass.get(target.id) ?? 1) * 1e6,
        class: null,
      })),
  );
  const twin = buildTwin({
    network,
    states: network.links.map((link) => stateOf(link, false, rng)),
    demands: pairs,
    tunnels: [],
  });
  const fullest = Math.max(...twin.loadBps.map((load, arc) => load / (twin.graph.capacityBps[arc] as number)));
  return pairs.map((pair) => ({ ...pair, bps: (pair.bps * BASE_MLU) / fullest }));
}

function inputOf({ network }: NetworkIndex, demands: readonly Demand[], rng: Rng): PlanInput {
  const bad = new Set<string>();
  while (bad.size < BAD_LINKS) bad.add(rng.pick(network.links).id);
  return {
    networkHash: 'bench',
    atMs: AT_MS,
    links: network.links.map((link) => stateOf(link, bad.has(link.id), rng)),
    demands: { source: 'measured', atMs: AT_MS, demands: [...demands] },
    tunnels: [],
    open: [],
    limits: LIMITS,
  };
}

/** A link as the scorer leaves it: healthy, or with corruption in one direction. */
function stateOf(link: Link, isBad: boolean, rng: Rng): LinkState {
  const clean: ArcState = {
    loadBps: null,
    utilisation: 0.5,
    lossRatio: 0,
    wireLossRatio: 0,
    congestionLossRatio: 0,
    errorRatio: 0,
    latencyMs: null,
    baselineLatencyMs: null,
    unknown: {},
  };
  const end = { adminStatus: 'up', operStatus: 'up', atMs: AT_MS, receivedAtMs: AT_MS } as const;
  const az = rng.next() < 0.5;
  const lossy = { ...clean, lossRatio: 0.03, wireLossRatio: 0.03 };
  const part = {
    part: 'loss',
    level: 'unhealthy',
    arc: `${link.id}:${az ? 'az' : 'za'}`,
    points: 60,
    value: 0.03,
    threshold: 0.01,
    sinceMs: AT_MS - 5000,
    text: 'loses 3.0 % of its packets, unhealthy from 1.0 %',
  } as const;
  return {
    linkId: link.id,
    state: isBad ? 'unhealthy' : 'healthy',
    score: isBad ? 40 : 100,
    sinceMs: AT_MS - 5000,
    atMs: AT_MS,
    receivedAtMs: AT_MS,
    intervalMs: 1000,
    adminDown: false,
    parts: isBad ? [part] : [],
    arcs: { az: isBad && az ? lossy : clean, za: isBad && !az ? lossy : clean },
    ends: { a: end, z: end },
    reason: isBad ? part.text : 'all parts are good',
  };
}
