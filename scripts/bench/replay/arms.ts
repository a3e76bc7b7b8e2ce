import { tunnelsOf } from '../../../src/reroute/apply.ts';
import { prepare } from '../../../src/reroute/engine/prepare.ts';
import { solve } from '../../../src/reroute/engine/solve.ts';
import type { PlanInput, PlanLimits } from '../../../src/reroute/plan.ts';
import { planReroutes } from '../../../src/reroute/planner.ts';
import { briefOf, isOpen, type Proposal, type Tunnel } from '../../../src/reroute/proposal.ts';
import { closedLately } from '../../../src/reroute/stability/closed.ts';
import type { PinnedRoute } from '../../../src/twin/arc-path.ts';
import type { CompiledGraph } from '../../../src/twin/compiled.ts';
import type { Twin } from '../../../src/twin/twin.ts';
import type { Demand, NetworkIndex } from '../../../topology/model.ts';
import { carried } from './judge.ts';
import { linkStatesAt } from './link-states.ts';
import type { StepFaults } from './timeline.ts';

/** One step of 5 minutes as every way of planning sees it. */
export interface ReplayStep {
  readonly index: NetworkIndex;
  readonly graph: CompiledGraph;
  readonly demands: readonly Demand[];
  readonly faults: StepFaults;
  readonly limits: PlanLimits;
  readonly atMs: number;
  msOf(step: number): number;
}

/** A way of planning: the tunnels it wants from now on. `twin` carries the traffic with the tunnels there are. */
export interface Arm {
  readonly name: string;
  tunnels(step: ReplayStep, twin: Twin): readonly PinnedRoute[];
}

/** Nobody does anything. */
export const igpOnly = (): Arm => ({ name: 'igp', tunnels: () => [] });

/** Every step is planned anew by the engine, as if there were no tunnels. */
export const replanned = (): Arm => ({
  name: 'replan',
  tunnels: ({ index, graph, demands, faults, limits }) => {
    const scenario = prepare({
      network: index.network,
      graph,
      demands,
      failed: [...faults.down],
      avoid: [...faults.lossRatio.keys()].filter((arc) => !faults.down.has(arc.slice(0, -3))),
      limit: limits.utilisationLimit,
      holdMargin: limits.holdMargin,
      base: 'igp',
    });
    return solve(scenario).flows.map(({ demand, to }) => ({
      demand: (demands[demand] as Demand).id,
      paths: to.map(({ share, arcs }) => ({ share, arcs: arcs.map((arc) => graph.arcIds[arc] as string) })),
    }));
  },
});

/** Detour as it runs in `auto` mode: its own planner over its own tunnels, every reroute applied at once. */
export function detour(): Arm {
  let proposals = new Map<string, Proposal>();
  let tunnels: Tunnel[] = [];
  const since = new Map<string, { state: string; sinceMs: number }>();
  return {
    name: 'detour',
    tunnels: (step, twin) => {
      const outcome = planReroutes(step.index, inputOf(step, twin, proposals, tunnels, since), 'schedule', {
        planId: `p-${step.atMs}`,
        inputId: `i-${step.atMs}`,
      });
      proposals = new Map(proposals);
      for (const changed of outcome.changed) {
        const applies = changed.status === 'proposed' && changed.kind === 'reroute';
        const applied = { ...changed, status: 'applied' as const, appliedAtMs: step.atMs };
        proposals.set(changed.id, applies ? applied : changed);
        tunnels = tunnels.filter(({ proposalId }) => proposalId !== changed.id);
        if (!isOpen(changed)) continue;
        const mine = tunnelsOf(changed);
        const taken = new Set(mine.map(({ demand }) => demand));
        tunnels = [...tunnels.filter(({ demand }) => !taken.has(demand)), ...mine];
      }
      return tunnels;
    },
  };
}

function inputOf(
  step: ReplayStep,
  twin: Twin,
  proposals: ReadonlyMap<string, Proposal>,
  tunnels: readonly Tunnel[],
  since: Map<string, { state: string; sinceMs: number }>,
): PlanInput {
  const { index, graph, faults, limits, atMs, demands } = step;
  const all = [...proposals.values()];
  const states = linkStatesAt(index.network, graph, faults, limits.utilisationLimit, twin.loadBps, step);
  for (const { linkId, state } of states) {
    if (since.get(linkId)?.state !== state) since.set(linkId, { state, sinceMs: atMs });
  }
  return {
    networkHash: 'n-replay',
    atMs,
    links: states.map((state) => ({ ...state, sinceMs: since.get(state.linkId)?.sinceMs ?? atMs })),
    demands: { source: 'measured', atMs, demands: demands.map((demand) => ({ ...demand, class: null })) },
    tunnels: tunnels.toSorted((x, y) => (x.demand < y.demand ? -1 : 1)),
    open: all.filter(isOpen).sort((x, y) => (x.id < y.id ? -1 : 1)),
    closed: closedLately(all.map(briefOf)),
    limits,
  };
}

/** The same network and traffic with these tunnels. */
export function withTunnels(step: ReplayStep, tunnels: readonly PinnedRoute[]): Twin {
  const { index, graph, faults, limits, demands } = step;
  const states = linkStatesAt(
    index.network,
    graph,
    faults,
    limits.utilisationLimit,
    new Float64Array(graph.arcCount),
    step,
  );
  return carried(index.network, states, demands, tunnels);
}
