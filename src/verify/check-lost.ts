import { preview } from '../core/schema.ts';
import { formatBps } from '../core/units.ts';
import { type Check, nearly, Problems, ROUNDING } from './check.ts';
import { demandNumbers, endsOf, type Facts } from './facts.ts';
import type { Flow } from './flow.ts';

/**
 * Traffic is lost only where no path connects, and for each such demand a set of nodes proves it: source inside, target
 * outside, and no arc that could carry anything leaves the set. Arcs of which nothing is known get no new traffic, so
 * they prove no way out. What was to be left alone may lose what it loses.
 */
export function checkLost(facts: Facts): Check {
  const { plan, table, demands, after } = facts;
  const problems = new Problems();
  const listed = new Set(demandNumbers(facts, plan.unavoidable.demands));
  problems.unless(listed.size === plan.unavoidable.demands.length, () => 'unavoidable.demands names a demand twice');
  const kept = new Set(demandNumbers(facts, plan.kept ?? []));
  const partitions = provenPartitions(facts, problems);
  for (const demand of listed) {
    const [source, target] = endsOf(facts, demand);
    const separated = partitions.some((nodes) => nodes.has(source) && !nodes.has(target));
    problems.unless(separated, () => `no partition separates the ends of demand ${preview(demands[demand]?.id)}`);
  }
  demands.forEach(({ id, bps }, demand) => {
    const lostBps = bps * (after[demand] as Flow).lostShare;
    if (lostBps <= bps * ROUNDING || listed.has(demand) || kept.has(demand)) return;
    problems.add(`demand ${preview(id)} loses ${formatBps(lostBps)}, and nothing says that this cannot be avoided`);
  });
  const lostBps = [...listed].reduce((sum, demand) => {
    return sum + (demands[demand]?.bps ?? 0) * (after[demand] as Flow).lostShare;
  }, 0);
  problems.unless(nearly(plan.unavoidable.lostBps, lostBps, facts.scaleBps * ROUNDING), () => {
    return `unavoidable.lostBps is ${plan.unavoidable.lostBps}, worked out anew it is ${lostBps}`;
  });
  return problems.check('lost', lostWords(listed.size, lostBps, table.nodeIds.length));
}

function lostWords(count: number, lostBps: number, nodes: number): string {
  if (count === 0) return 'no traffic is lost';
  return `${formatBps(lostBps)} of ${count} demands are lost because the failures split the network of ${nodes} nodes between their ends`;
}

function provenPartitions({ plan, table, alive, stale }: Facts, problems: Problems): Set<number>[] {
  // One set for each source, and one for each target, is enough for anything.
  const enough = 2 * table.nodeIds.length;
  const { partitions } = plan.unavoidable;
  problems.unless(
    partitions.length <= enough,
    () => `${partitions.length} partitions, more than ${enough} prove nothing`,
  );
  return partitions.slice(0, enough).map(({ nodes }, place) => {
    const inside = new Set(nodes.map((id) => table.nodeIndex.get(id) as number));
    const way = table.ids.findIndex((_id, arc) => {
      const leaves = inside.has(table.from[arc] as number) && !inside.has(table.to[arc] as number);
      return leaves && alive[arc] && !stale.has(arc);
    });
    problems.unless(way < 0, () => `unavoidable.partitions[${place}]: ${preview(table.ids[way])} leaves it`);
    return inside;
  });
}

/** Traffic that is still on arcs to avoid is named, with a reason, and nothing else is. */
export function checkStayed(facts: Facts): Check {
  const { plan, table, demands, avoided, after, demandIndex } = facts;
  const problems = new Problems();
  const named = new Set<string>();
  for (const { demand, arc, reason } of plan.stayed) {
    named.add(JSON.stringify([demand, arc]));
    const number = table.index.get(arc) as number;
    const index = demandIndex.get(demand) as number;
    const share = (after[index] as Flow).carried.get(number) ?? 0;
    const bps = demands[index]?.bps;
    problems.unless(avoided.has(number), () => `stayed names ${preview(arc)}, which is not to be avoided`);
    problems.unless(
      share > 0 || bps === 0,
      () => `stayed says that demand ${preview(demand)} is on ${preview(arc)}, it is not`,
    );
    problems.unless(
      reason.trim() !== '',
      () => `stayed gives no reason for demand ${preview(demand)} on ${preview(arc)}`,
    );
  }
  demands.forEach(({ id, bps }, demand) => {
    for (const [arc, share] of (after[demand] as Flow).carried) {
      if (!avoided.has(arc) || share * bps <= bps * ROUNDING) continue;
      const arcId = table.ids[arc] as string;
      problems.unless(named.has(JSON.stringify([id, arcId])), () => {
        return `demand ${preview(id)} is still on ${preview(arcId)}, which is to be avoided, and \`stayed\` does not say so`;
      });
    }
  });
  return problems.check('stayed', stayedWords(avoided.size, plan.stayed.length));
}

function stayedWords(avoided: number, stayed: number): string {
  if (avoided === 0) return 'no arc is to be avoided';
  return stayed === 0
    ? `no traffic is left on the ${avoided} arcs to avoid`
    : `what is left on the ${avoided} arcs to avoid is named (${stayed} times)`;
}
