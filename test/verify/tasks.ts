import fc from 'fast-check';
import type { Demand } from '../../topology/model.ts';
import { arcsOf, simplePaths, type Task } from './exhaustive.ts';
import { networkOf } from './scenarios.ts';

const NODES = ['A', 'B', 'C', 'D'] as const;

interface Rows {
  readonly links: readonly {
    readonly ends: readonly [number, number];
    readonly gbps: number;
    readonly metric: number;
  }[];
  readonly demands: readonly {
    readonly ends: readonly [number, number];
    readonly gbps: number;
    readonly way: number;
  }[];
  readonly base: 'igp' | 'pinned';
  readonly failed: readonly number[];
  readonly avoided: readonly number[];
  readonly stale: readonly number[];
}

const ends = fc.tuple(fc.nat(3), fc.nat(3)).filter(([a, z]) => a !== z);

/** Small networks with parallel links, bridges and lone nodes; demands of zero too; failures, drains, stale arcs. */
export const tasks: fc.Arbitrary<Task> = fc
  .record({
    links: fc.array(fc.record({ ends, gbps: fc.constantFrom(5, 10, 20), metric: fc.integer({ min: 1, max: 3 }) }), {
      minLength: 2,
      maxLength: 6,
    }),
    demands: fc.array(fc.record({ ends, gbps: fc.constantFrom(0, 1, 3, 6, 8), way: fc.nat(20) }), { maxLength: 4 }),
    base: fc.constantFrom('igp' as const, 'pinned' as const),
    failed: fc.array(fc.nat(5), { maxLength: 2 }),
    avoided: fc.array(fc.nat(11), { maxLength: 2 }),
    stale: fc.array(fc.nat(11), { maxLength: 1 }),
  })
  .map(taskOf);

function taskOf({ links, demands, base, failed, avoided, stale }: Rows): Task {
  const network = networkOf(
    links.map(({ ends: [a, z], gbps, metric }, index) => [`l${index}`, nodeOf(a), nodeOf(z), gbps, metric]),
    ...NODES,
  );
  const arcs = arcsOf(network);
  const down = new Set(failed.filter((link) => link < links.length).map((link) => `l${link}`));
  const chosen = (numbers: readonly number[]): string[] => {
    const alive = numbers.flatMap((number) => arcs[number] ?? []).filter(({ link }) => !down.has(link));
    return [...new Set(alive.map(({ id }) => id))];
  };
  return {
    network,
    base,
    failed: [...down],
    avoided: chosen(avoided),
    stale: chosen(stale),
    limit: 0.8,
    demands: demands.map(({ ends: [a, z], gbps, way }, index): Demand => {
      const all = simplePaths(arcs, nodeOf(a), nodeOf(z));
      const path = all[way % Math.max(1, all.length)];
      const paths = base === 'pinned' && path ? { paths: [{ share: 1, arcs: path.map(({ id }) => id) }] } : {};
      return { id: `d${index}`, source: nodeOf(a), target: nodeOf(z), bps: gbps * 1e9, class: null, ...paths };
    }),
  };
}

function nodeOf(number: number): string {
  return NODES[number] as string;
}
