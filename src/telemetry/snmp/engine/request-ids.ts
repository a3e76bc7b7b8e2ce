import { randomFillSync } from 'node:crypto';

const BATCH = 256;
/** Ids whose requests have ended, kept to tell a late answer from a stray one. */
const REMEMBERED = 16;

/** Random request ids, 31 bits: whoever does not see our requests cannot guess them, nor replay old answers. */
export class RequestIds {
  readonly #pool = new Int32Array(BATCH);
  #left = 0;

  next(): number {
    if (this.#left === 0) {
      randomFillSync(this.#pool);
      this.#left = BATCH;
    }
    this.#left -= 1;
    return (this.#pool[this.#left] as number) & 0x7fff_ffff;
  }
}

/** One pool for all clients of a process. */
export const requestIds = new RequestIds();

/** The last few ids of a client whose requests have ended. */
export class EndedIds {
  readonly #ids: number[] = [];
  readonly #answered: boolean[] = [];
  #at = 0;

  add(id: number, answered: boolean): void {
    this.#ids[this.#at] = id;
    this.#answered[this.#at] = answered;
    this.#at = (this.#at + 1) % REMEMBERED;
  }

  /** How the request ended; null when the id is none of the last few. */
  find(id: number): 'answered' | 'expired' | null {
    const at = this.#ids.indexOf(id);
    return at < 0 ? null : this.#answered[at] ? 'answered' : 'expired';
  }
}
