import type { Routes } from '../../../scripts/bench/closed-loop/carrier.ts';
import { ClosedLoopWorld, type Segment } from '../../../scripts/bench/closed-loop/world.ts';
import { sketchNetwork, stillScenario } from '../../telemetry/simulator/networks.ts';

export const LIMIT = 0.8;
export const START_MS = Date.UTC(2024, 0, 1);

/** Two ways of 10 Gbit/s from a to c: over b, which the IGP takes, and over d. */
export const SQUARE = sketchNetwork([
  { id: 'a--b', a: 'a', z: 'b' },
  { id: 'b--c', a: 'b', z: 'c' },
  { id: 'a--d', a: 'a', z: 'd', metric: 15 },
  { id: 'd--c', a: 'd', z: 'c', metric: 15 },
]);

/** 4 Gbit/s from a to c and 6 from c to d, so that one demand is less than half of all; `faults` are YAML flow lines of scripted ones. */
export function square(faults: readonly string[] = []): ClosedLoopWorld {
  const demand = (source: string, target: string, bps: number) => {
    return { id: `${source}>${target}`, source, target, bps, class: null };
  };
  return new ClosedLoopWorld({
    network: SQUARE,
    demands: [demand('a', 'c', 4e9), demand('c', 'd', 6e9)],
    scenario: stillScenario(faults),
    seed: 1,
    startMs: START_MS,
    tickSeconds: { busy: 10, quiet: 60 },
  });
}

/** The world's first segment with this loss on the way out of a link. */
export function lossy(world: ClosedLoopWorld, link: string, loss: number): Segment {
  const segment = world.next();
  const corruption = segment.plant.corruption.slice();
  corruption[world.graph.arcIndex.get(`${link}:az`) as number] = loss;
  const sentBps = Float64Array.from([4e9, 6e9]);
  return { ...segment, sentBps, plant: { ...segment.plant, corruption } };
}

/** The first demand on these nodes. */
export function pathBy({ graph }: ClosedLoopWorld, nodes: string): Routes {
  const hops = [...nodes].slice(1).map((to, at) => `${nodes[at]}--${to}:az`);
  const arcs = Int32Array.from(hops, (id) => graph.arcIndex.get(id) as number);
  return new Map([[0, [{ demand: 0, share: 1, arcs }]]]);
}
