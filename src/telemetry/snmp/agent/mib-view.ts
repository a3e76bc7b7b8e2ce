import { compareOids } from '../oid.ts';
import { element, TAG } from '../wire/ber.ts';
import { decodeOid, encodeOid } from '../wire/object-id.ts';

/** One object of an agent. */
export interface MibEntry {
  readonly oid: string;
  /** Encoded name, with tag and length. */
  readonly name: Buffer;
  /** The whole encoded varbind of now. */
  readonly varbind: () => Buffer;
}

export function mibEntry(oid: string, value: Buffer | (() => Buffer)): MibEntry {
  const name = element(TAG.oid, encodeOid(oid));
  if (typeof value === 'function') return { oid, name, varbind: () => element(TAG.sequence, name, value()) };
  const whole = element(TAG.sequence, name, value);
  return { oid, name, varbind: () => whole };
}

/** The objects of one agent in lexicographic order. Names come and go as content octets, as they stand in packets. */
export class MibView {
  readonly #entries: readonly MibEntry[];
  /** Place of each entry, by the octets of its name as latin1 text: found without decoding. */
  readonly #places = new Map<string, number>();

  constructor(entries: readonly MibEntry[]) {
    this.#entries = [...entries].sort((x, y) => compareOids(x.oid, y.oid));
    for (const [place, { oid }] of this.#entries.entries()) {
      this.#places.set(encodeOid(oid).toString('latin1'), place);
    }
  }

  get size(): number {
    return this.#entries.length;
  }

  /** The object of exactly this name; null when there is none. */
  get(name: Buffer): MibEntry | null {
    const place = this.#places.get(name.toString('latin1'));
    return place === undefined ? null : (this.#entries[place] as MibEntry);
  }

  /** Place of the first object behind this name; `size` when there is none. @throws WireError on a broken name */
  placeAfter(name: Buffer): number {
    const known = this.#places.get(name.toString('latin1'));
    if (known !== undefined) return known + 1;
    const oid = name.length === 0 ? '0' : decodeOid(name, 0, name.length);
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareOids((this.#entries[middle] as MibEntry).oid, oid) > 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The object at a place; null behind the last. */
  at(place: number): MibEntry | null {
    return this.#entries[place] ?? null;
  }
}
