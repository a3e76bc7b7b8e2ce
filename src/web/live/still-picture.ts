import type { LinkView } from '../../api/schemas/screen.ts';
import { countLinks } from './counts.ts';
import { EMPTY, type LiveState } from './state.ts';
import type { LiveSource } from './use-live.ts';

/** A picture of the network for what is drawn from a live one: a moment of the past, or one that is imagined. */
export class StillPicture implements LiveSource {
  readonly #listeners = new Set<() => void>();
  #state: LiveState = EMPTY;

  readonly get = (): LiveState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Shows these links, as they are at `atMs`; ages are counted from there. */
  show(links: readonly LinkView[], atMs: number): void {
    this.#state = {
      ...EMPTY,
      phase: 'live',
      heardAtMs: Date.now(),
      clockOffsetMs: atMs - Date.now(),
      links,
      indexById: new Map(links.map(({ id }, index) => [id, index])),
      counts: countLinks(links),
    };
    for (const listener of this.#listeners) listener();
  }
}
