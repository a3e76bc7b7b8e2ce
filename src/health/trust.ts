import { formatRatio } from '../core/units.ts';
import type { ArcState } from './link-state.ts';

/** How far the trust in an arc goes. */
export interface Trust {
  /** `unknown`: nothing that crosses it is counted at both ends. `not-yet`: it looks clean, by too few packets. */
  readonly verdict: 'clean' | 'not-yet' | 'lossy' | 'unknown';
  /** One sentence with figures. */
  readonly reason: string;
}

/**
 * With 0 lost of n packets the loss is below 3/n with 95 % confidence (the rule of three: Hanley and Lippman-Hand, JAMA
 * 1983); with k lost it is taken to be below (k + 3)/n.
 */
const RULE_OF_THREE = 3;
/** Packets that the ends may differ by because they are not read at the same moment: those on the way at each end. */
const READING = 2;

/**
 * Whether what crossed an arc since it was last bad shows it clean: less than `lossRatio` lost, with 95 % confidence.
 * Anything counts that both ends counted, so a link that was emptied is proven by its own hellos (about one a second
 * with OSPF's fastest timers), given time. Pure.
 */
export function trustOf(name: string, arc: Pick<ArcState, 'proof' | 'lossRatio'>, lossRatio: number): Trust {
  const { proof, lossRatio: measured } = arc;
  // A ratio is only told of a thousand packets or more.
  if (measured !== null) {
    const reason = `${name} loses ${formatRatio(measured)}`;
    return { verdict: measured < lossRatio ? 'clean' : 'lossy', reason };
  }
  if (!proof) return { verdict: 'unknown', reason: `nothing that crosses ${name} is counted at both ends` };
  const { packets, forMs } = proof;
  const lost = Math.max(0, proof.missing - READING);
  const told = `${lost} of ${packets} packets lost on ${name} in ${Math.round(forMs / 1000)} s`;
  const most = (lost + RULE_OF_THREE) / Math.max(1, packets);
  if (most <= lossRatio) return { verdict: 'clean', reason: `${told}: less than ${formatRatio(most)}` };
  if (lost > 0 && lost / packets > lossRatio) return { verdict: 'lossy', reason: told };
  const needed = Math.ceil((lost + RULE_OF_THREE) / lossRatio);
  return { verdict: 'not-yet', reason: `${told}, ${needed} have to cross it before it is trusted` };
}
