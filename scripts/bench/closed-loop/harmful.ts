import { type Carrier, harmOf, type Routes } from './carrier.ts';
import type { Piece, RouteChange } from './detour-arm.ts';
import type { FewDemands } from './few-demands.ts';

/** A change with all its steps, judged by what would have been without it. */
export interface JudgedChange {
  readonly at: number;
  readonly proposalId: string;
  readonly kind: RouteChange['kind'];
  readonly demands: number;
  /** Harm without the change less harm with it over the window, bit; of harmless ones a lower bound. */
  readonly gainBit: number;
  readonly isHarmful: boolean;
  /** Of a harmful one: the part of the loss that came under faults that had not begun when it was made, 0..1. */
  readonly laterShare: number;
}

interface Pending {
  readonly at: number;
  readonly proposalId: string;
  readonly kind: RouteChange['kind'];
  readonly steps: RouteChange[];
}

/** "Over the next 30 min". */
export const WINDOW_SECONDS = 1800;
/** Steps of one change follow each other every few seconds. */
const SAME_CHANGE_SECONDS = 10;
/** The simulated network's loads are a fixed point with this tolerance; less than that is no difference. */
const TOLERANCE = 1e-4;
/** bit/s: where nothing more is lost than that, nothing is. */
const NOTHING_BPS = 1e5;

/**
 * Runs the next 30 minutes of each change again without it: the same world and all other changes, but the demands that
 * it moved stay where they were before it until something else moves them.
 */
export class HarmJudge {
  readonly #carrier: Carrier;
  readonly #few: FewDemands;
  #pieces: Piece[] = [];
  #changes: RouteChange[] = [];
  #pending: Pending[] = [];

  constructor(carrier: Carrier, few: FewDemands) {
    this.#carrier = carrier;
    this.#few = few;
  }

  /** Changes whose 30 minutes are not over. */
  get waiting(): number {
    return this.#pending.length;
  }

  /** Takes a segment's pieces and the changes that came with them; answers the changes that can be judged now. */
  add(pieces: readonly Piece[], changes: readonly RouteChange[]): JudgedChange[] {
    this.#pieces.push(...pieces);
    for (const change of changes) this.#note(change);
    const now = this.#pieces.at(-1)?.to ?? 0;
    const due = this.#pending.filter(({ at }) => at + WINDOW_SECONDS <= now);
    if (due.length === 0) return [];
    this.#pending = this.#pending.filter(({ at }) => at + WINDOW_SECONDS > now);
    const judged = due.map((change) => this.#judge(change));
    const oldest = Math.min(now - WINDOW_SECONDS, ...this.#pending.map(({ at }) => at));
    this.#pieces = this.#pieces.filter(({ to }) => to > oldest);
    this.#changes = this.#changes.filter(({ at }) => at > oldest - SAME_CHANGE_SECONDS);
    return judged;
  }

  #note(change: RouteChange): void {
    this.#changes.push(change);
    const { proposalId, kind, at } = change;
    const known = this.#pending.findLast((each) => each.proposalId === proposalId && each.kind === kind);
    const isStep = known && at - (known.steps.at(-1) as RouteChange).at <= SAME_CHANGE_SECONDS;
    if (isStep) known.steps.push(change);
    else this.#pending.push({ at, proposalId, kind, steps: [change] });
  }

  #judge({ at, proposalId, kind, steps }: Pending): JudgedChange {
    const moves = this.#movesOf(steps);
    const window = this.#pieces.filter((piece) => piece.to > at && piece.from < at + WINDOW_SECONDS);
    const known = window[0]?.segment.faults ?? new Map<string, string>();
    let [gainBit, laterBit, movedBit] = [0, 0, 0];
    const look = (piece: Piece): void => {
      const active = moves.filter((move) => move.from <= piece.from && piece.from < move.until);
      if (active.length === 0) return;
      const seconds = Math.min(piece.to, at + WINDOW_SECONDS) - Math.max(piece.from, at);
      for (const { demand } of moves) movedBit += (piece.segment.sentBps[demand] as number) * seconds;
      const gain = this.#harmMore(piece, active) * seconds;
      gainBit += gain;
      if (gain < 0 && [...piece.segment.faults.keys()].some((id) => !known.has(id))) laterBit -= gain;
    };
    // Where nothing is wrong with the change, nothing can be better without it: these are looked at only to set against.
    const isWrong = ({ carried }: Piece): boolean => harmOf(carried) > NOTHING_BPS;
    for (const piece of window.filter(isWrong)) look(piece);
    const isLost = () => gainBit < -TOLERANCE * movedBit;
    if (isLost()) for (const piece of window.filter((each) => !isWrong(each))) look(piece);
    const isHarmful = isLost();
    const demands = new Set(moves.map(({ demand }) => demand)).size;
    const laterShare = isHarmful ? Math.min(1, laterBit / -gainBit) : 0;
    return { at, proposalId, kind, demands, gainBit, isHarmful, laterShare };
  }

  /** Harm of a piece without the moves less that with them, bit/s. */
  #harmMore({ segment, carried, routes }: Piece, moves: readonly Move[]): number {
    // Of a demand that several steps moved, where it was before the first.
    const before: Routes = new Map(moves.toReversed().map((move) => [move.demand, move.before]));
    const more = this.#few.lossMore(segment, carried, routes, before);
    if (more !== null) return more;
    const without: Routes = new Map([...routes, ...before]);
    return harmOf(this.#carrier.carry(segment, without, segment.believedUp)) - harmOf(carried);
  }

  /** What the steps moved, and until when nothing else moved it. */
  #movesOf(steps: readonly RouteChange[]): Move[] {
    return steps.flatMap((step) =>
      [...step.demands].map(([demand, { before }]) => {
        const next = this.#changes.find(
          (each) => each.at >= step.at && !steps.includes(each) && each.demands.has(demand),
        );
        return { demand, before, from: step.at, until: next?.at ?? Infinity };
      }),
    );
  }
}

interface Move {
  readonly demand: number;
  readonly before: Routes extends ReadonlyMap<number, infer Paths> ? Paths : never;
  readonly from: number;
  readonly until: number;
}
