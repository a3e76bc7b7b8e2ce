import type { DetourPlan } from '../../../topology/formats/detour-plan.ts';
import type { SharedPath } from './igp-routes.ts';
import type { Scenario } from './prepare.ts';
import type { Solution } from './solve.ts';

type Stayed = DetourPlan['stayed'][number];

/** Shares below this are rounding. */
const CRUMB = 1e-9;

/** What is left on arcs to avoid, and why. */
export function stayedOf(scenario: Scenario, solution: Solution): Stayed[] {
  const { avoided, graph, options } = scenario;
  if (!avoided.includes(1)) return [];
  const after = new Map(solution.flows.map((flow) => [flow.demand, flow.to]));
  const hopeless = new Set(scenario.unavoidable.demands);
  // Metrics move whatever they move: a demand may also have come to an avoided arc.
  const concerned = new Set([...scenario.current.affected(avoided), ...after.keys()]);
  return [...concerned].flatMap((demand) => {
    const id = options.demands[demand]?.id ?? '';
    const reason = hopeless.has(demand)
      ? 'no path connects its ends, so it is left alone'
      : reasonFor(scenario, solution, demand);
    const arcs = avoidedOn(scenario, after.get(demand) ?? scenario.current.paths(demand));
    return arcs.map((arc) => ({ demand: id, arc: graph.arcIds[arc] as string, reason }));
  });
}

function reasonFor({ kept }: Scenario, { reasons }: Solution, demand: number): string {
  if (kept[demand]) return 'it was to be left alone';
  return reasons.get(demand) ?? 'no other way leads to its target';
}

/** Arcs to avoid that these paths load. */
function avoidedOn({ alive, avoided }: Scenario, paths: readonly SharedPath[]): number[] {
  const arcs = new Set<number>();
  for (const path of paths) {
    if (path.share <= CRUMB) continue;
    const broken = path.arcs.findIndex((arc) => !alive[arc]);
    const reached = broken < 0 ? path.arcs : path.arcs.slice(0, broken);
    for (const arc of reached) if (avoided[arc]) arcs.add(arc);
  }
  return [...arcs];
}
