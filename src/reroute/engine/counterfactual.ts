import type { Link } from '../../../topology/model.ts';
import { prepare, type Scenario } from './prepare.ts';
import { solve } from './solve.ts';

/** What would have to be different for a demand not to move; found by planning again, so it is true. */
export interface Counterfactual {
  readonly link: string;
  /** bit/s more in both directions of the link. */
  readonly addBps: number;
}

/** Links that most moves are due to; each is tried with these parts of its capacity on top. */
const LINKS = 3;
const ADDED = [0.1, 0.25, 0.5, 1, 2] as const;

/** For each moved demand the smallest of the tried additions to its link with which it stays; absent where none does. */
export function counterfactuals(
  scenario: Scenario,
  moved: readonly { readonly demand: number; readonly link: string | null }[],
): Map<number, Counterfactual> {
  const found = new Map<number, Counterfactual>();
  const failed = new Set(scenario.failedLinks);
  for (const link of commonest(moved.flatMap(({ link: id }) => (id === null || failed.has(id) ? [] : [id])))) {
    const members = moved.filter((move) => move.link === link).map(({ demand }) => demand);
    for (const part of ADDED) {
      const waiting = members.filter((demand) => !found.has(demand));
      if (waiting.length === 0) break;
      const { addBps, moves } = withMore(scenario, link, part);
      for (const demand of waiting) if (!moves.has(demand)) found.set(demand, { link, addBps });
    }
  }
  return found;
}

function withMore(scenario: Scenario, link: string, part: number): { addBps: number; moves: ReadonlySet<number> } {
  const { network, graph: _graph, ...rest } = scenario.options;
  const { capacityBps } = network.links.find(({ id }) => id === link) as Link;
  const addBps = part * Math.max(capacityBps.az, capacityBps.za);
  const links = network.links.map((other) =>
    other.id === link ? { ...other, capacityBps: { az: capacityBps.az + addBps, za: capacityBps.za + addBps } } : other,
  );
  const { flows } = solve(prepare({ ...rest, network: { ...network, links }, explain: false }));
  return { addBps, moves: new Set(flows.map(({ demand }) => demand)) };
}

function commonest(links: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const link of links) counts.set(link, (counts.get(link) ?? 0) + 1);
  return [...counts]
    .sort(([x, many], [y, more]) => more - many || (x < y ? -1 : 1))
    .slice(0, LINKS)
    .map(([link]) => link);
}
