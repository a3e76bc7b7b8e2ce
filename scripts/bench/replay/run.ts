import type { PlanLimits } from '../../../src/reroute/plan.ts';
import type { PinnedRoute } from '../../../src/twin/arc-path.ts';
import { compileGraph } from '../../../src/twin/compiled.ts';
import { buildGraph } from '../../../src/twin/graph.ts';
import { type Demand, indexNetwork, type Network } from '../../../topology/model.ts';
import { type Arm, type ReplayStep, withTunnels } from './arms.ts';
import { harmBps, movedBetween } from './judge.ts';
import { type FaultKind, faultTimeline } from './timeline.ts';

const STEP_MS = 300_000;
const BEGIN_MS = 1_700_000_000_000;

export interface ArmTotals {
  /** bit, over all steps: what was lost or above a limit. */
  readonly harmBit: number;
  readonly moves: number;
  readonly movedBps: number;
}

/** Plays the matrices as steps of 5 minutes, the same faults for every arm; totals by the arm's name. */
export function replay(
  network: Network,
  matrices: readonly (readonly Demand[])[],
  faults: { readonly seed: number; readonly kinds: readonly FaultKind[] },
  limits: PlanLimits,
  arms: readonly Arm[],
): Map<string, ArmTotals> {
  const index = indexNetwork(network);
  const graph = compileGraph(buildGraph(network));
  const timeline = faultTimeline(network, matrices.length, faults.seed, faults.kinds);
  const msOf = (step: number): number => BEGIN_MS + step * STEP_MS;
  const steps = matrices.map((demands, at): ReplayStep => {
    const now = timeline[at] as ReplayStep['faults'];
    return { index, graph, demands, faults: now, limits, atMs: msOf(at), msOf };
  });
  return new Map(arms.map((arm) => [arm.name, totals(arm, steps, limits.utilisationLimit)]));
}

function totals(arm: Arm, steps: readonly ReplayStep[], limit: number): ArmTotals {
  let tunnels: readonly PinnedRoute[] = [];
  const sum = { harmBit: 0, moves: 0, movedBps: 0 };
  for (const step of steps) {
    const before = withTunnels(step, tunnels);
    tunnels = arm.tunnels(step, before);
    const after = withTunnels(step, tunnels);
    const moved = movedBetween(before, after);
    sum.harmBit += harmBps(after, step.faults, limit) * (STEP_MS / 1000);
    sum.moves += moved.demands;
    sum.movedBps += moved.bps;
  }
  return sum;
}
