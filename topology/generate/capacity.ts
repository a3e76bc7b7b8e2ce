import type { Rng } from '../../src/core/rng.ts';
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
/** Share of parallel fibres that lie in the conduit of the first: as long as it, so that both carry traffic (ECMP). */
const SAME_CONDUIT_SHARE = 0.3;
/** A conduit of its own is longer than the first by a factor from this range. */
const OWN_ROUTE = { from: 1.02, to: 1.06 } as const;
/** Fibres of one pair that leave by another conduit do so at this angle to the first. */
const OWN_ROUTE_DEGREES = 45;
/** Traffic grows until this share of the links is full at one link of the top speed. */
const FULL_CORE = 0.85;
const FULL_EDGE = 0.98;

/** Gives each link the capacity that the expected traffic asks for, and a parallel link where one is not enough. */
export function dimension(routers: readonly Router[], links: readonly DraftLink[], rng: Rng): DraftLink[] {
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
    return parallel(link, load * totalBps, rng);
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

function parallel(link: DraftLink, loadBps: number, rng: Rng): DraftLink[] {
  const speeds = SPEEDS[link.span.tier];
  const needed = loadBps / TARGET_UTILISATION;
  const capacityBps = speeds.find((speed) => speed >= needed) ?? (speeds.at(-1) as number);
  const count = Math.min(MAX_PARALLEL, Math.max(1, Math.ceil(needed / capacityBps)));
  return Array.from({ length: count }, (_unused, copy) => {
    const id = copy === 0 ? link.id : `${link.id}--p${copy + 1}`;
    const isSame = copy === 0 || rng.next() < SAME_CONDUIT_SHARE;
    return { ...(isSame ? link : onOwnRoute(link, copy, rng)), id, capacityBps };
  });
}

/** The link over another conduit: longer, so that its metric is higher too and it mostly stands by. */
function onOwnRoute(link: DraftLink, copy: number, rng: Rng): DraftLink {
  const factor = rng.between(OWN_ROUTE.from, OWN_ROUTE.to);
  const longer = (metric: number): number => Math.max(metric + 1, Math.round(metric * factor));
  return {
    ...link,
    latencyMs: link.latencyMs * factor,
    metric: { az: longer(link.metric.az), za: longer(link.metric.za) },
    swingDegrees: OWN_ROUTE_DEGREES * (copy % 2 === 0 ? -1 : 1) * Math.ceil(copy / 2),
  };
}
