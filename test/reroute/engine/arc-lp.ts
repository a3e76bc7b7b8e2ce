import exported, { type Highs } from 'highs';
import type { Scenario } from '../../../src/reroute/engine/prepare.ts';

/** The types describe the CommonJS build; as an ES module the default export is the loader itself. */
const loadHighs = exported as unknown as () => Promise<Highs>;
let loaded: Promise<Highs> | null = null;

/** Least MLU and least overload (bit/s) by the arc-flow linear program: every movable demand on any surviving arc. */
export async function arcFlowOptimum(
  scenario: Scenario,
  movable: readonly number[],
  fixedBps: Float64Array,
): Promise<{ readonly mlu: number; readonly overloadBps: number }> {
  loaded ??= loadHighs();
  const highs = await loaded;
  const solve = (objective: 'mlu' | 'overload'): number => {
    const { ObjectiveValue } = highs.solve(program(scenario, movable, fixedBps, objective));
    return ObjectiveValue;
  };
  return { mlu: solve('mlu'), overloadBps: solve('overload') };
}

/** In CPLEX LP format; flows are in the unit of the demands. */
function program(
  scenario: Scenario,
  movable: readonly number[],
  fixedBps: Float64Array,
  objective: 'mlu' | 'overload',
): string {
  const { graph, alive, limits } = scenario;
  const arcs = graph.arcIds.map((_, arc) => arc).filter((arc) => alive[arc]);
  const rows = movable.flatMap((demand) => conservation(scenario, demand, arcs));
  for (const arc of arcs) {
    const flows = movable.map((demand) => `+ f${demand}_${arc}`).join(' ');
    const capacity = graph.capacityBps[arc] as number;
    const slack = objective === 'mlu' ? `- ${capacity} t` : `- o${arc}`;
    const room = objective === 'mlu' ? 0 : (limits[arc] as number) * capacity;
    rows.push(`${flows} ${slack} <= ${room - (fixedBps[arc] as number)}`);
  }
  const goal = objective === 'mlu' ? 't' : arcs.map((arc) => `+ o${arc}`).join(' ');
  return `Minimize\n obj: ${goal}\nSubject To\n${rows.map((row, at) => ` c${at}: ${row}`).join('\n')}\nEnd\n`;
}

/** What leaves a node less what comes in is what begins there. */
function conservation({ graph, ends }: Scenario, demand: number, arcs: readonly number[]): string[] {
  const { source, target, bps } = ends[demand] as { source: number; target: number; bps: number };
  return graph.nodeIds.flatMap((_, node) => {
    const out = arcs.filter((arc) => graph.tail[arc] === node).map((arc) => `+ f${demand}_${arc}`);
    const into = arcs.filter((arc) => graph.head[arc] === node).map((arc) => `- f${demand}_${arc}`);
    const net = node === source ? bps : node === target ? -bps : 0;
    return out.length + into.length === 0 ? [] : [`${[...out, ...into].join(' ')} = ${net}`];
  });
}
