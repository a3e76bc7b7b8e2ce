import type { LinkView } from '../../../api/schemas/screen.ts';
import type { LiveSource } from '../../live/use-live.ts';
import { worstUtilisation } from './link-filter.ts';

/** One value every 10 s over five minutes, from when a list of links was first opened. */
export const TREND_STEP_MS = 10_000;
export const TREND_STEPS = 30;

/** What this page saw of every link lately: the busier direction's utilisation, NaN where it was not known. */
export class TrendBook {
  readonly #rows = new Map<string, Float32Array>();
  #step = -1;

  /** Notes the links; more than once within a step counts once. */
  note(links: readonly LinkView[], nowMs: number): void {
    const step = Math.floor(nowMs / TREND_STEP_MS);
    if (step === this.#step || links.length === 0) return;
    const skipped = this.#step < 0 ? 0 : Math.min(TREND_STEPS, Math.max(0, step - this.#step - 1));
    this.#step = step;
    const known = new Set<string>();
    for (const link of links) {
      known.add(link.id);
      this.#push(link.id, skipped, worstUtilisation(link));
    }
    // Links that are no longer of the network take no room.
    for (const id of this.#rows.keys()) if (!known.has(id)) this.#rows.delete(id);
  }

  /** Oldest first; null for a link that was never noted. */
  of(id: string): Float32Array | null {
    return this.#rows.get(id) ?? null;
  }

  #push(id: string, skipped: number, value: number | null): void {
    const row = this.#rows.get(id) ?? new Float32Array(TREND_STEPS).fill(Number.NaN);
    row.copyWithin(0, Math.min(TREND_STEPS, skipped + 1));
    row.fill(Number.NaN, Math.max(0, TREND_STEPS - 1 - skipped));
    row[TREND_STEPS - 1] = value ?? Number.NaN;
    this.#rows.set(id, row);
  }
}

const books = new WeakMap<LiveSource, TrendBook>();

/** The book of this page; it goes on while other screens are open. */
export function trendBook(store: LiveSource): TrendBook {
  const found = books.get(store);
  if (found) return found;
  const book = new TrendBook();
  books.set(store, book);
  const note = () => book.note(store.get().links, Date.now());
  note();
  store.subscribe(note);
  return book;
}
