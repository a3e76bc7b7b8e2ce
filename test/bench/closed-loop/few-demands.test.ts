import { expect, it } from 'vitest';
import { Carrier, harmOf, type Routes } from '../../../scripts/bench/closed-loop/carrier.ts';
import { FewDemands } from '../../../scripts/bench/closed-loop/few-demands.ts';
import { ClosedLoopWorld, type Segment } from '../../../scripts/bench/closed-loop/world.ts';
import { createRng } from '../../../src/core/rng.ts';
import type { PinnedPath } from '../../../src/telemetry/simulator/forwarding.ts';
import { loadScenario } from '../../../src/telemetry/simulator/scenario.ts';
import { routeTo } from '../../../src/twin/ecmp.ts';
import { ShortestPaths } from '../../../src/twin/shortest-path.ts';
import { generateBackbone } from '../../../topology/generate/index.ts';
import { START_MS } from './square.ts';

const LIMIT = 0.8;
const rng = createRng(5);

/** A way that some metrics of chance prefer. */
function anyPath({ graph, table }: ClosedLoopWorld, demand: number): PinnedPath {
  const cost = Float64Array.from({ length: graph.arcCount }, () => 1 + 9 * rng.next());
  const { nextStart, nextArcs, target } = routeTo(new ShortestPaths(graph), table.target[demand] as number, cost);
  const arcs: number[] = [];
  for (let node = table.source[demand] as number; node !== target; node = graph.head[arcs.at(-1) as number] as number) {
    arcs.push(nextArcs[nextStart[node] as number] as number);
  }
  return { demand, share: rng.next() < 0.5 ? 1 : 0.4, arcs: Int32Array.from(arcs) };
}

function routesOf(world: ClosedLoopWorld, demands: readonly number[]): Routes {
  return new Map(demands.map((demand) => [demand, [anyPath(world, demand)]]));
}

/** Some time of a small network in which links break, lose and fill. */
async function segments(count: number): Promise<{ world: ClosedLoopWorld; drawn: Segment[] }> {
  const network = generateBackbone({ routers: 14, seed: 3, name: 'few' });
  const scenario = await loadScenario('demo');
  const tickSeconds = { busy: 10, quiet: 60 };
  const world = new ClosedLoopWorld({ network, demands: null, scenario, seed: 2, startMs: START_MS, tickSeconds });
  return { world, drawn: Array.from({ length: count }, () => world.next()) };
}

it('says of a few demands what the whole network carried again says', async () => {
  const { world, drawn } = await segments(300);
  const carrier = new Carrier(world, LIMIT, new Float64Array(world.graph.arcCount));
  const few = new FewDemands(world, LIMIT);
  const all = world.table.ids.length;
  const told = { known: 0, different: 0, tooFull: 0 };
  for (const segment of drawn) {
    const moved = Array.from({ length: 3 }, () => Math.floor(all * rng.next()));
    const kept = routesOf(world, [Math.floor(all * rng.next())]);
    const routes: Routes = new Map([...kept, ...routesOf(world, moved)]);
    const others: Routes = new Map(moved.map((demand) => [demand, []]));
    const without: Routes = new Map([...routes, ...others]);
    const carried = carrier.carry(segment, routes, segment.believedUp);
    const more = few.lossMore(segment, carried, routes, others);
    const whole = harmOf(carrier.carry(segment, without, segment.believedUp)) - harmOf(carried);
    if (more === null) told.tooFull += 1;
    else {
      told.known += 1;
      if (Math.abs(whole) > 1e5) told.different += 1;
      const sentBps = moved.reduce((sum, demand) => sum + (segment.sentBps[demand] as number), 0);
      // The network's loads are a fixed point, to within the tolerance of its full arcs.
      expect(Math.abs(more - whole), `second ${segment.from}`).toBeLessThan(1e-6 * sentBps + 1e3);
    }
  }
  expect(told.known).toBeGreaterThan(50);
  expect(told.different).toBeGreaterThan(5);
  expect(told.tooFull).toBeGreaterThan(0);
});
