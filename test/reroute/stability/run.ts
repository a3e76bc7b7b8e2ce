import type { LinkState } from '../../../src/health/link-state.ts';
import { tunnelsOf } from '../../../src/reroute/apply.ts';
import type { PlanInput } from '../../../src/reroute/plan.ts';
import { planReroutes } from '../../../src/reroute/planner.ts';
import { briefOf, isOpen, type Proposal, type Tunnel } from '../../../src/reroute/proposal.ts';
import { closedLately } from '../../../src/reroute/stability/closed.ts';
import type { Stability } from '../../../src/reroute/stability/settings.ts';
import type { Demand, NetworkIndex } from '../../../topology/model.ts';
import { AT_MS, inputOf, LIMITS } from '../fixtures.ts';

export interface RunStep {
  readonly atMs: number;
  /** Demands whose tunnel this step set, changed or took away. */
  readonly changed: readonly string[];
  readonly input: PlanInput;
  readonly proposals: readonly Proposal[];
}

/** Plans every `stepMs` over changing link states, as `auto` mode does: every reroute is applied at once. */
export function runLive(
  network: NetworkIndex,
  demands: readonly Demand[],
  statesAt: (elapsedMs: number) => readonly LinkState[],
  run: { readonly steps: number; readonly stepMs: number; readonly stability?: Stability },
): RunStep[] {
  const known = new Map<string, Proposal>();
  let tunnels: Tunnel[] = [];
  const steps: RunStep[] = [];
  for (let at = 0; at < run.steps; at += 1) {
    const atMs = AT_MS + at * run.stepMs;
    const all = [...known.values()];
    const input = inputOf(network, demands, statesAt(at * run.stepMs), {
      atMs,
      demands: { source: 'measured', atMs, demands: [...demands] },
      tunnels,
      open: all.filter(isOpen).sort((x, y) => (x.id < y.id ? -1 : 1)),
      closed: closedLately(all.map(briefOf)),
      limits: { ...LIMITS, ...(run.stability ? { stability: run.stability } : {}) },
    });
    const before = tunnels;
    for (const proposal of planReroutes(network, input, 'schedule').changed) {
      const applies = proposal.status === 'proposed' && proposal.kind === 'reroute';
      known.set(proposal.id, applies ? { ...proposal, status: 'applied', appliedAtMs: atMs } : proposal);
      const mine = isOpen(proposal) ? tunnelsOf(proposal) : [];
      const taken = new Set(mine.map(({ demand }) => demand));
      tunnels = tunnels.filter((one) => one.proposalId !== proposal.id && !taken.has(one.demand)).concat(mine);
    }
    tunnels.sort((x, y) => (x.demand < y.demand ? -1 : 1));
    steps.push({ atMs, changed: changedBetween(before, tunnels), input, proposals: [...known.values()] });
  }
  return steps;
}

function changedBetween(before: readonly Tunnel[], after: readonly Tunnel[]): string[] {
  const ways = (tunnels: readonly Tunnel[]) =>
    new Map(tunnels.map(({ demand, paths }) => [demand, JSON.stringify(paths)]));
  const [was, is] = [ways(before), ways(after)];
  return [...new Set([...was.keys(), ...is.keys()])].filter((demand) => was.get(demand) !== is.get(demand));
}
