import { DetourError } from '../../src/core/errors.ts';
import { createRng, type Rng } from '../../src/core/rng.ts';
import { NETWORK_FORMAT, validateNetwork } from '../formats/detour-network.ts';
import { fibreLatencyMs } from '../geo.ts';
import type { Network, Tier } from '../model.ts';
import { dimension } from './capacity.ts';
import { assignConduits } from './conduits.ts';
import { coreSpans } from './core.ts';
import { accessSpans, distributionSpans } from './edge.ts';
import { createInterfaceNames } from './interfaces.ts';
import { placeRouters, type Router } from './routers.ts';
import type { DraftLink, Span } from './spans.ts';

export interface BackboneOptions {
  /** The same seed gives the same network. */
  readonly seed: number;
  readonly routers: number;
  readonly name: string;
}

export const MIN_ROUTERS = 10;
export const MAX_ROUTERS = 5000;

/**
 * Makes a realistic backbone of the contiguous United States: core routers in large cities far apart, joined so that
 * no single link splits the core; distribution routers with two core routers each; access routers on rings between
 * two distribution routers. Latency is that of fibre of 1.2 to 1.4 times the great-circle distance, metrics follow
 * latency, capacities (10, 100, 400 Gbit/s, parallel links where one is not enough) follow the traffic to be
 * expected, and fibres that leave a city side by side share a risk group. Throws INVALID_INPUT on a wrong size.
 */
export function generateBackbone(options: BackboneOptions): Network {
  if (!Number.isInteger(options.routers) || options.routers < MIN_ROUTERS || options.routers > MAX_ROUTERS) {
    throw new DetourError(
      'INVALID_INPUT',
      `routers: must be a whole number from ${MIN_ROUTERS} to ${MAX_ROUTERS}, got ${options.routers}`,
      { field: 'routers', value: options.routers },
    );
  }
  const rng = createRng(options.seed);
  const routers = placeRouters(options.routers, rng.fork('places'));
  const spans = [...coreSpans(routers), ...distributionSpans(routers), ...accessSpans(routers)];
  const links = dimension(routers, withFigures(spans, rng.fork('figures')), rng.fork('parallels'));
  const { srlgs, srlgsOf } = assignConduits(routers, links);
  const interfaceName = createInterfaceNames(rng.fork('vendors'));
  return validateNetwork({
    format: NETWORK_FORMAT,
    name: options.name,
    nodes: routers.map(({ id, name, lat, lon, tier, mass }) => ({ id, name, lat, lon, tier, mass })),
    links: links.map((link) => ({
      id: link.id,
      a: link.span.a.id,
      z: link.span.z.id,
      aInterface: interfaceName(link.span.a, link.capacityBps),
      zInterface: interfaceName(link.span.z, link.capacityBps),
      capacityBps: link.capacityBps,
      latencyMs: link.latencyMs,
      metric: link.metric,
      srlgs: srlgsOf(link),
    })),
    srlgs,
  }).network;
}

/** Added to metrics, so that traffic does not pass through a lower tier while the higher one is whole. */
const TIER_METRIC: Readonly<Record<Tier, number>> = { core: 5, distribution: 200, access: 1000 };
/** Share of links whose metric an operator raised in one direction. */
const ASYMMETRIC_SHARE = 0.06;

function withFigures(spans: readonly Span[], rng: Rng): DraftLink[] {
  const ids = new Map<string, number>();
  return spans.map((span) => {
    const latencyMs = fibreLatencyMs(Math.max(1, span.distanceKm) * rng.between(1.2, 1.4));
    const az = TIER_METRIC[span.tier] + Math.max(1, Math.round(latencyMs * 10));
    const raised = rng.next() < ASYMMETRIC_SHARE ? rng.between(1.2, 1.6) : 1;
    return {
      id: linkId(span.a, span.z, ids),
      span,
      latencyMs,
      metric: { az, za: Math.round(az * raised) },
      capacityBps: 0,
      swingDegrees: 0,
    };
  });
}

function linkId(a: Router, z: Router, used: Map<string, number>): string {
  const pair = `${a.id}--${z.id}`;
  const number = (used.get(pair) ?? 0) + 1;
  used.set(pair, number);
  return number === 1 ? pair : `${pair}--${number}`;
}
