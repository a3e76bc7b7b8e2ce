import { keysFor, type UsmKeys, type UsmUser } from '../usm/user.ts';

/** Boots and time of an engine, as its messages tell them (RFC 3414, section 2.2). */
export interface EngineTime {
  readonly boots: number;
  readonly time: number;
}

/** What is known of an authoritative engine: its id, our keys for it, and where its clock stands. */
export class RemoteEngine {
  readonly id: Buffer;
  /** Resolves when the keys are there. */
  readonly ready: Promise<void>;
  #keys: UsmKeys | null = null;
  #boots: number;
  #time: number;
  #atMs: number;
  readonly #nowMs: () => number;

  /** `first` is what an unauthenticated report said: a guess that the first authentic message replaces. */
  constructor(id: Buffer, user: UsmUser, first: EngineTime, nowMs: () => number) {
    this.id = id;
    this.#nowMs = nowMs;
    this.#boots = first.boots;
    this.#time = first.time;
    this.#atMs = nowMs();
    this.ready = keysFor(user, id).then((keys) => {
      this.#keys = keys;
    });
  }

  get keys(): UsmKeys | null {
    return this.#keys;
  }

  /** The engine's clock now, by its own last word. */
  now(): EngineTime {
    return { boots: this.#boots, time: this.#time + Math.floor((this.#nowMs() - this.#atMs) / 1000) };
  }

  /**
   * Takes the clock of an authentic message. It answers one of our random ids, so it cannot be an old one played
   * again: that is why a clock that went back (an agent that lost its boot count) is believed too, which the window
   * of RFC 3414 alone would lock out for good.
   */
  sync({ boots, time }: EngineTime): void {
    this.#boots = boots;
    this.#time = time;
    this.#atMs = this.#nowMs();
  }
}
