import { Connection } from './connection.ts';
import type { StreamMessage } from './sse.ts';
import { applyMessages, EMPTY, type LiveState, lost, opened } from './state.ts';

/** Where a page that is not shown gathers messages, a frame never comes: past this many they are applied at once. */
const MOST_WAITING = 2_000;

/** The one live picture of the network. Changes are gathered and shown once a frame. */
export class LiveStore {
  readonly #connection: Connection;
  readonly #listeners = new Set<() => void>();
  #state: LiveState = EMPTY;
  #waiting: StreamMessage[] = [];
  #frame: number | null = null;

  constructor(url: string) {
    this.#connection = new Connection(url, {
      opened: () => this.#set(opened(this.#flushed())),
      message: (message) => this.#gather(message),
      lost: () => this.#set(lost(this.#flushed(), Date.now())),
    });
  }

  start(): void {
    this.#connection.start();
  }

  stop(): void {
    this.#connection.stop();
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
  }

  readonly get = (): LiveState => this.#state;

  /** Calls back at most once a frame, after a change; returns how to stop. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #gather(message: StreamMessage): void {
    this.#waiting.push(message);
    if (this.#waiting.length > MOST_WAITING) this.#set(this.#flushed());
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#set(this.#flushed());
    });
  }

  #flushed(): LiveState {
    const messages = this.#waiting;
    this.#waiting = [];
    return applyMessages(this.#state, messages, Date.now());
  }

  #set(state: LiveState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
