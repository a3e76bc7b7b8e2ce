import { harmOf } from './carrier.ts';
import type { DetourArm, Piece } from './detour-arm.ts';
import type { ClosedLoopWorld, Segment } from './world.ts';

/** Why Detour's traffic fared worse than the oracle's, by what could be seen at the time. */
export const EXCESS_KINDS = ['first-break', 'converging', 'detecting', 'changing', 'standing'] as const;
export type ExcessKind = (typeof EXCESS_KINDS)[number];

export interface WorstMinute {
  readonly minute: number;
  readonly excessBit: number;
  readonly faults: readonly string[];
  readonly kinds: Readonly<Record<string, number>>;
  /** Open proposals: status, cause and, where it waits, why. */
  readonly proposals: readonly string[];
}

export interface ExcessReport {
  /** bit by kind, and by kind and faults that went on. */
  readonly byKind: Readonly<Record<string, number>>;
  readonly byFaults: readonly (readonly [string, number])[];
  readonly worst: readonly WorstMinute[];
}

/** After an event, until a change or this time, it is a matter of detection. */
const DETECTING_SECONDS = 6;
const KEPT_MINUTES = 20;

/** Where the difference to the oracle comes from. */
export class ExcessLog {
  readonly #byKind: Record<string, number> = {};
  readonly #byFaults = new Map<string, number>();
  #worst: WorstMinute[] = [];
  #minute = 0;
  #now = { excessBit: 0, kinds: {} as Record<string, number>, faults: new Set<string>() };

  async add(piece: Piece, oracleBps: number, world: ClosedLoopWorld, detour: DetourArm): Promise<void> {
    const minute = Math.floor(piece.from / 60);
    if (minute !== this.#minute) await this.#close(minute, detour);
    const excessBit = (harmOf(piece.carried) - oracleBps) * (piece.to - piece.from);
    if (excessBit <= 0) return;
    const kind = kindOf(piece, world);
    this.#byKind[kind] = (this.#byKind[kind] ?? 0) + excessBit;
    const kinds = [...new Set(piece.segment.faults.values())].sort().join('+');
    const faults = `${kind}: ${kinds || 'no fault'}`;
    this.#byFaults.set(faults, (this.#byFaults.get(faults) ?? 0) + excessBit);
    this.#now.excessBit += excessBit;
    this.#now.kinds[kind] = (this.#now.kinds[kind] ?? 0) + excessBit;
    for (const id of piece.segment.faults.keys()) this.#now.faults.add(id);
  }

  async #close(minute: number, detour: DetourArm): Promise<void> {
    const { excessBit, kinds, faults } = this.#now;
    if (excessBit > (this.#worst[KEPT_MINUTES - 1]?.excessBit ?? 0)) {
      const briefs = await detour.service.briefs();
      const proposals = briefs
        .filter(({ status }) => status !== 'verified')
        .map(({ status, cause, heldBack }) => `${status} ${cause.kind} ${cause.links.join(' ')} ${heldBack ?? ''}`);
      this.#worst.push({ minute: this.#minute, excessBit, faults: [...faults], kinds, proposals });
      this.#worst = this.#worst.sort((x, y) => y.excessBit - x.excessBit).slice(0, KEPT_MINUTES);
    }
    this.#minute = minute;
    this.#now = { excessBit: 0, kinds: {}, faults: new Set() };
  }

  report(): ExcessReport {
    const byFaults = [...this.#byFaults].sort(([, x], [, y]) => y - x).slice(0, KEPT_MINUTES);
    return { byKind: this.#byKind, byFaults, worst: this.#worst };
  }
}

function kindOf({ segment, from, isBusy }: Piece, world: ClosedLoopWorld): ExcessKind {
  // Before routers agree that a link which was well is down, only who foresaw it has traffic elsewhere.
  if (isFirstBreak(segment)) return 'first-break';
  if (isConverging(segment)) return 'converging';
  if (world.hasEvent(from - DETECTING_SECONDS, from)) return 'detecting';
  return isBusy ? 'changing' : 'standing';
}

/** Whether the routers believe anything else of the links than what is. */
export function isConverging({ believedUp, plant }: Pick<Segment, 'believedUp' | 'plant'>): boolean {
  return believedUp.some((up, link) => up !== plant.linkUp[link]);
}

/** Whether all links on which the routers are wrong are down for the first time in minutes. */
function isFirstBreak({ believedUp, plant, firstBreaks }: Segment): boolean {
  const wrong = [...believedUp.keys()].filter((link) => believedUp[link] !== plant.linkUp[link]);
  return wrong.length > 0 && wrong.every((link) => firstBreaks.has(link));
}
