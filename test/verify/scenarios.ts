import { validateDemands } from '../../topology/formats/detour-demands.ts';
import { validateNetwork } from '../../topology/formats/detour-network.ts';
import type { DetourPlan } from '../../topology/formats/detour-plan.ts';
import type { Demand, Network } from '../../topology/model.ts';

/** A plan that is true, worked out by hand, and what it was made for. */
export interface Scenario {
  readonly network: Network;
  readonly demands: readonly Demand[];
  readonly plan: DetourPlan;
}

type LinkRow = [id: string, a: string, z: string, gbps: number, metric: number];

export function networkOf(rows: readonly LinkRow[], ...alone: string[]): Network {
  const ids = [...new Set([...rows.flatMap(([, a, z]) => [a, z]), ...alone])];
  return validateNetwork({
    format: 'detour-network/1',
    name: 'small',
    nodes: ids.map((id) => ({ id })),
    links: rows.map(([id, a, z, gbps, metric]) => ({ id, a, z, capacityBps: gbps * 1e9, latencyMs: 1, metric })),
  }).network;
}

export type PathRow = [share: number, ...arcs: string[]];

export function demandsOf(
  network: Network,
  rows: readonly [id: string, source: string, target: string, gbps: number, ...paths: PathRow[]][],
): readonly Demand[] {
  const demands = rows.map(([id, source, target, gbps, ...paths]) => ({
    id,
    source,
    target,
    bps: gbps * 1e9,
    ...(paths.length > 0 ? { paths: paths.map(pathOf) } : {}),
  }));
  return validateDemands({ format: 'detour-demands/1', demands }, network).demands;
}

export function pathOf([share, ...arcs]: PathRow): { share: number; arcs: string[] } {
  return { share, arcs };
}

export function moveOf(demand: string, from: PathRow[], to: PathRow[], extra = false): DetourPlan['moves'][number] {
  return { demand, from: from.map(pathOf), to: to.map(pathOf), extra, why: {} };
}

const nothing = { lostBps: 0, overloadBps: 0, mlu: 0, cost: 0 };

export function planOf(parts: Partial<DetourPlan>): DetourPlan {
  return {
    format: 'detour-plan/1',
    base: 'igp',
    realisation: 'explicit',
    failed: [],
    avoided: [],
    relieved: [],
    stale: [],
    limit: 0.8,
    limits: {},
    maxExtraMoves: 5,
    before: nothing,
    after: nothing,
    moves: [],
    metricChanges: [],
    steps: [],
    orderDeadlock: null,
    unavoidable: { lostBps: 0, demands: [], partitions: [] },
    stayed: [],
    bound: { movable: [], mlu: 0, gap: 0, arcPrices: {}, overloadBps: 0, overloadPrices: {} },
    elapsedMs: 1,
    ...parts,
  };
}

/**
 * Two demands of 6 Gbit/s from A to B on one link of 10, with a free way round over C. One of them moves. Loaded with
 * 6 of 10 an arc costs 6 + 2 x (6 - 10/3) = 34/3; with 12 of 10 it costs 12 + 2 x (12 - 10/3) + 7 x (12 - 20/3)
 * + 60 x (12 - 9) + 430 x (12 - 10) + 4500 x (12 - 11) = 5606 2/3.
 */
export function relief(): Scenario {
  const network = networkOf([
    ['ab', 'A', 'B', 10, 1],
    ['ac', 'A', 'C', 10, 1],
    ['cb', 'C', 'B', 10, 1],
  ]);
  const demands = demandsOf(network, [
    ['d1', 'A', 'B', 6],
    ['d2', 'A', 'B', 6],
    ['d3', 'B', 'A', 1],
  ]);
  const plan = planOf({
    relieved: ['ab:az'],
    // d3 alone: 1 of 10 on ab:za costs 1.
    before: { lostBps: 0, overloadBps: 4e9, mlu: 1.2, cost: 5606 + 2 / 3 + 1 },
    after: { lostBps: 0, overloadBps: 0, mlu: 0.6, cost: 34 + 1 },
    moves: [moveOf('d2', [[1, 'ab:az']], [[1, 'ac:az', 'cb:az']])],
    steps: [['d2']],
    bound: {
      movable: ['d1', 'd2'],
      // 12 Gbit/s leave A over arcs of 20.
      mlu: 0.6,
      gap: 0,
      arcPrices: { 'ab:az': 1, 'ac:az': 1 },
      overloadBps: 0,
      overloadPrices: {},
    },
  });
  return { network, demands, plan };
}

/**
 * Tunnels, a cut and an arc to drain. d1 (8, on l1, to drain) can take l2 only when d2 (4) has left it for l3: an
 * extra move, and it comes first. d3 (1) had half on l5, which is cut, and goes to l4 whole. d4 (2) ends at D, which
 * the cut of bd has left alone; what it sends still loads l4. l6 is stale.
 */
export function tunnels(): Scenario {
  const network = networkOf([
    ['l1', 'A', 'B', 10, 1],
    ['l2', 'A', 'B', 10, 1],
    ['l3', 'A', 'B', 5, 1],
    ['l4', 'A', 'B', 10, 1],
    ['l5', 'A', 'B', 10, 1],
    ['l6', 'A', 'B', 10, 1],
    ['bd', 'B', 'D', 10, 1],
  ]);
  const demands = demandsOf(network, [
    ['d1', 'A', 'B', 8, [1, 'l1:az']],
    ['d2', 'A', 'B', 4, [1, 'l2:az']],
    ['d3', 'A', 'B', 1, [0.5, 'l4:az'], [0.5, 'l5:az']],
    ['d4', 'A', 'D', 2, [1, 'l4:az', 'bd:az']],
    ['d5', 'A', 'B', 0.5, [1, 'l6:az']],
    ['d6', 'B', 'A', 1, [1, 'l1:za']],
  ]);
  const plan = planOf({
    base: 'pinned',
    failed: ['l5', 'bd'],
    avoided: ['l1:az'],
    stale: ['l6:az'],
    // l1 8: 8 + 2 x 14/3 + 7 x 4/3 = 80/3; l2 4: 4 + 2 x 2/3 = 16/3; l4 2.5, l6 0.5, l1:za 1 cost themselves.
    before: { lostBps: 2.5e9, overloadBps: 0, mlu: 0.8, cost: 80 / 3 + 16 / 3 + 2.5 + 0.5 + 1 },
    // l2 8: 80/3; l3 4 of 5: 4 + 2 x (4 - 5/3) + 7 x (4 - 10/3) = 40/3; l4 3.
    after: { lostBps: 2e9, overloadBps: 0, mlu: 0.8, cost: 80 / 3 + 40 / 3 + 3 + 0.5 + 1 },
    moves: [
      moveOf('d1', [[1, 'l1:az']], [[1, 'l2:az']]),
      moveOf('d2', [[1, 'l2:az']], [[1, 'l3:az']], true),
      moveOf(
        'd3',
        [
          [0.5, 'l4:az'],
          [0.5, 'l5:az'],
        ],
        [[1, 'l4:az']],
      ),
    ],
    steps: [['d2', 'd3'], ['d1']],
    unavoidable: { lostBps: 2e9, demands: ['d4'], partitions: [{ nodes: ['A', 'B'] }] },
    bound: {
      movable: ['d1', 'd2', 'd3'],
      // 13 may move, 2.5 stay, over arcs of 45.
      mlu: 15.5 / 45,
      gap: 0.8 / (15.5 / 45) - 1,
      arcPrices: { 'l1:az': 1, 'l2:az': 1, 'l3:az': 1, 'l4:az': 1, 'l6:az': 1 },
      overloadBps: 0,
      overloadPrices: {},
    },
  });
  return { network, demands, plan };
}

/** A bridge to avoid: d1 (1) stays on it because nothing else leads to C; d2 (3) overloads ab:az and cannot help it. */
export function bridge(): Scenario {
  const network = networkOf([
    ['ab', 'A', 'B', 2, 1],
    ['bc', 'B', 'C', 10, 1],
  ]);
  const demands = demandsOf(network, [
    ['d1', 'B', 'C', 1],
    ['d2', 'A', 'B', 3],
  ]);
  // ab 3 of 2: 3 + 2 x (3 - 2/3) + 7 x (3 - 4/3) + 60 x (3 - 1.8) + 430 x (3 - 2) + 4500 x (3 - 2.2).
  const cost = 3 + 14 / 3 + 35 / 3 + 72 + 430 + 3600 + 1;
  const figures = { lostBps: 0, overloadBps: 1.4e9, mlu: 1.5, cost };
  const plan = planOf({
    avoided: ['bc:az'],
    relieved: ['ab:az'],
    before: { ...figures },
    after: { ...figures },
    stayed: [{ demand: 'd1', arc: 'bc:az', reason: 'no other way leads to C' }],
    bound: {
      movable: ['d1', 'd2'],
      mlu: 1.5,
      gap: 0,
      arcPrices: { 'ab:az': 3 },
      // 3 x 1 - 0.8 x 2 x 1.
      overloadBps: 1.4e9,
      overloadPrices: { 'ab:az': 1 },
    },
  });
  return { network, demands, plan };
}

/** The first one again, by metrics: with ab:az at 2 both demands split equally over both ways. */
export function metrics(): Scenario {
  const { network, demands, plan } = relief();
  const both: PathRow[] = [
    [0.5, 'ab:az'],
    [0.5, 'ac:az', 'cb:az'],
  ];
  return {
    network,
    demands,
    plan: {
      ...plan,
      realisation: 'metrics',
      metricChanges: [{ arc: 'ab:az', from: 1, to: 2 }],
      moves: [moveOf('d1', [[1, 'ab:az']], both), moveOf('d2', [[1, 'ab:az']], both)],
      steps: [['ab:az']],
    },
  };
}

/** Two demands that swap places: neither can go first. l1 and l2 carry 10 each and end with 10 each. */
export function swap(): Scenario {
  const network = networkOf([
    ['l1', 'A', 'B', 10, 1],
    ['l2', 'A', 'B', 10, 1],
  ]);
  const demands = demandsOf(network, [
    ['d1', 'A', 'B', 6, [1, 'l1:az']],
    ['d2', 'A', 'B', 6, [1, 'l2:az']],
  ]);
  const figures = { lostBps: 0, overloadBps: 0, mlu: 0.6, cost: 68 / 3 };
  const plan = planOf({
    base: 'pinned',
    relieved: ['l1:az', 'l2:az'],
    relieve: 'named',
    before: { ...figures },
    after: { ...figures },
    moves: [moveOf('d1', [[1, 'l1:az']], [[1, 'l2:az']]), moveOf('d2', [[1, 'l2:az']], [[1, 'l1:az']])],
    steps: [],
    orderDeadlock: { demands: ['d1', 'd2'], reason: 'each waits for the other', offer: null },
    bound: {
      movable: ['d1', 'd2'],
      mlu: 0.6,
      gap: 0,
      arcPrices: { 'l1:az': 1, 'l2:az': 1 },
      overloadBps: 0,
      overloadPrices: {},
    },
  });
  return { network, demands, plan };
}

export const SCENARIOS = { relief, tunnels, bridge, metrics, swap } as const;
