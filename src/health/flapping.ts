import { turnGauge } from './gauge.ts';
import type { LinkState } from './link-state.ts';
import type { LinkMemory } from './memory.ts';
import { isAdminDown, isOperDown } from './status.ts';
import type { Thresholds } from './thresholds.ts';

/**
 * Counts how often the link went down; each count decays with a half-life, as the figure of merit of route flap
 * damping does (RFC 2439, section 2.2). Both ends telling of one cut count once.
 */
export function observeFlapping(memory: LinkMemory, nowMs: number, thresholds: Thresholds): void {
  const { flapping } = thresholds;
  const isDown = isOperDown(memory.ends.a.operStatus) || isOperDown(memory.ends.z.operStatus);
  const elapsedMs = nowMs - memory.flapsMs;
  if (memory.flaps > 0 && elapsedMs > 0) memory.flaps = settle(memory.flaps * 0.5 ** (elapsedMs / flapping.halfLifeMs));
  if (elapsedMs > 0) memory.flapsMs = nowMs;
  if (isDown && !memory.wasDown && !isAdminDown(memory)) memory.flaps += 1;
  memory.wasDown = isDown;
  turnGauge(memory.flapping, memory.flaps, flapping, nowMs);
}

/** Below this nothing is left to remember. */
function settle(flaps: number): number {
  return flaps < 0.001 ? 0 : flaps;
}

/** True of a link that went down again and again lately, also while it is down. */
export function isFlapping({ parts }: Pick<LinkState, 'parts'>): boolean {
  return parts.some(({ part, level }) => part === 'flapping' && level === 'unhealthy');
}

/** An outage that is over sooner was not mended by anybody, and the next one is likely, ms. */
const BOUNCE_MS = 30_000;

/** True of a link that is up again after a short outage, though not for long enough to count as up. */
export function isBouncing(
  state: Pick<LinkState, 'state' | 'adminDown' | 'ends' | 'sinceMs' | 'receivedAtMs'>,
): boolean {
  const { a, z } = state.ends;
  if (state.state !== 'down' || state.adminDown || state.receivedAtMs === null) return false;
  const isUp = [a, z].some(({ operStatus }) => operStatus === 'up');
  const isDown = [a, z].some(({ operStatus }) => isOperDown(operStatus));
  return isUp && !isDown && state.receivedAtMs - state.sinceMs <= BOUNCE_MS;
}
