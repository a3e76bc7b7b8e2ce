/** Something that speaks against trusting a link. */
export interface Charge {
  readonly atMs: number;
  readonly penalty: number;
}

export interface Damping {
  readonly penalty: number;
  readonly isSuppressed: boolean;
}

/** Figures of RFC 2439 (section 4.2) as routers have them by default: one change costs 1000. */
export const FLAP_PENALTY = 1000;
export const SUPPRESS_PENALTY = 2000;
export const REUSE_PENALTY = 750;
/** Half-lives after which the worst link is trusted again at the latest. */
const MAX_SUPPRESS_HALF_LIVES = 4;
/** RFC 2439 (section 4.2): no penalty may grow so far that suppression would last longer than that. */
const CEILING = REUSE_PENALTY * 2 ** MAX_SUPPRESS_HALF_LIVES;

/**
 * Route flap damping (RFC 2439): charges add up and decay with a half-life; above the suppress threshold a link is
 * not trusted until the penalty has fallen below the reuse threshold. A fold over the charges in order of time, so
 * that the same history gives the same answer. Charges after `atMs` do not count.
 */
export function dampingAt(charges: readonly Charge[], atMs: number, halfLifeMs: number): Damping {
  let penalty = 0;
  let isSuppressed = false;
  let lastMs = Number.NEGATIVE_INFINITY;
  const decayTo = (nowMs: number): void => {
    penalty = penalty === 0 ? 0 : penalty * 0.5 ** ((nowMs - lastMs) / halfLifeMs);
    if (penalty < REUSE_PENALTY) isSuppressed = false;
    lastMs = nowMs;
  };
  const known = charges.filter((charge) => charge.atMs <= atMs);
  for (const charge of known.sort((x, y) => x.atMs - y.atMs || x.penalty - y.penalty)) {
    decayTo(charge.atMs);
    penalty = Math.min(CEILING, penalty + charge.penalty);
    if (penalty >= SUPPRESS_PENALTY) isSuppressed = true;
  }
  decayTo(atMs);
  return { penalty, isSuppressed };
}
