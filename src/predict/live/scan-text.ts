/** Octets that are compared four at a time. */
const WORD = 4;

/** A text as JSON writes it, quotes included, ready to be found in octets. */
export interface ScanText {
  readonly length: number;
  /** Its octets by fours, and the last four again; null where it has fewer. */
  readonly words: Int32Array | null;
  readonly octets: Uint8Array;
}

/** Octets that are looked through, as numbers of one octet and of four. */
export interface ScanBody {
  readonly octets: Uint8Array;
  readonly words: DataView;
  /** Where what was sent ends: zeros follow, which no JSON has. */
  readonly length: number;
}

/** A copy with room behind it for the longest text: reading beyond an array is slow, and makes all reading slow. */
export function scanBody(sent: Uint8Array, room: number): ScanBody {
  const octets = new Uint8Array(sent.length + room + WORD);
  octets.set(sent);
  return { octets, words: new DataView(octets.buffer), length: sent.length };
}

export function scanText(text: string): ScanText {
  const octets = new TextEncoder().encode(JSON.stringify(text));
  const { length } = octets;
  if (length < WORD) return { length, words: null, octets };
  const view = new DataView(octets.buffer, octets.byteOffset, length);
  const starts = Array.from({ length: Math.floor(length / WORD) }, (_, at) => at * WORD);
  return { length, octets, words: Int32Array.from([...starts, length - WORD], (at) => view.getInt32(at, true)) };
}

/** Whether this text stands at `at`. */
export function hasText(
  { octets: body, words: view }: ScanBody,
  at: number,
  { length, words, octets }: ScanText,
): boolean {
  if (words === null) return octets.every((octet, place) => body[at + place] === octet);
  const last = words.length - 1;
  for (let word = 0; word < last; word += 1) {
    if (view.getInt32(at + word * WORD, true) !== words[word]) return false;
  }
  return view.getInt32(at + length - WORD, true) === words[last];
}
