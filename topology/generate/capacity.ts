import type { Tier } from '../model.ts';
import { gravityLoads } from './gravity.ts';
import type { Router } from './routers.ts';
import type { DraftLink } from './spans.ts';

const GBPS = 1e9;
/** Speeds that are bought for a tier, the smallest first. */
const SPEEDS: Readonly<Record<Tier, readonly number[]>> = {
  core: [400 * GBPS],
  distribution: [100 * GBPS, 400 * GBPS],
  access: [10 * GBPS, 100 * GBPS, 400 * GBPS],
};
/** Utilisation in the busy hour that a planner buys for. */
const TARGET_UTILISATION = 0.5;
const MAX_PARALLEL = 8;
/** Traffic grows until this share of the links is full at one link of the top speed. */
const FULL_CORE = 0.85;
const FULL_EDGE = 0.98;

/** Gives each link the capacity that the expected traffic asks for, and a parallel link where one is not enough. */
export function dimension(routers: readonly Router[], links: readonly DraftLink[]): DraftLink[] {
  const index = new Map(routers.map((router, position) => [router, position]));
  const loads = gravityLoads({
    nodes: routers.length,
    mass: routers.map((router) => router.mass),
    links: links.map(({ span, metric }) => ({
      a: index.get(span.a) as number,
      z: index.get(span.z) as number,
      ...metric,
    })),
  });
  const core = quantile(links, loads, true, FULL_CORE);
  const edge = quantile(links, loads, false, FULL_EDGE);
  const totalBps = (TARGET_UTILISATION * 400 * GBPS) / Math.max(core, edge);
  const shared = loadsByGroup(links, loads);
  return links.flatMap((link, position) => {
    const load = Math.max(loads[position] as number, shared.get(link.span.group ?? '') ?? 0);
    return parallel(link, load * totalBps);
  });
}

function quantile(links: readonly DraftLink[], loads: readonly number[], core: boolean, share: number): number {
  const sorted = loads
    .filter((_load, position) => (links[position]?.span.tier === 'core') === core)
    .sort((x, y) => x - y);
  return sorted[Math.floor(share * (sorted.length - 1))] as number;
}

/** The largest load in each group: after a cut the others have to take it. */
function loadsByGroup(links: readonly DraftLink[], loads: readonly number[]): Map<string, number> {
  const shared = new Map<string, number>();
  links.forEach(({ span: { group } }, position) => {
    if (group !== null) shared.set(group, Math.max(shared.get(group) ?? 0, loads[position] as number));
  });
  return shared;
}

function parallel(link: DraftLink, loadBps: number): DraftLink[] {
  const speeds = SPEEDS[link.span.tier];
  const needed = loadBps / TARGET_UTILISATION;
  const capacityBps = speeds.find((speed) => speed >= needed) ?? (speeds.at(-1) as number);
  const count = Math.min(MAX_PARALLEL, Math.max(1, Math.ceil(needed / capacityBps)));
  return Array.from({ length: count }, (_unused, copy) => ({
    ...link,
    id: copy === 0 ? link.id : `${link.id}--p${copy + 1}`,
    capacityBps,
  }));
}
