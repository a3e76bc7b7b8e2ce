const [MINUS, PLUS, POINT, ZERO, NINE] = [0x2d, 0x2b, 0x2e, 0x30, 0x39];
const [UPPER_E, LOWER_E] = [0x45, 0x65];
/** `null` in ASCII. */
const NULL = [0x6e, 0x75, 0x6c, 0x6c] as const;

/** Below this every whole number is a double, and adding digits has not rounded. */
const EXACT_SUM = 2 ** 53;
/** Up to here digits have rounded three times at most; no program writes more than 17. */
const MOST_SUM = 1e19;
/** An exact sum and a power of ten up to this: one rounding gives the nearest double (Clinger, 1990). */
const EXACT_POWER = 22;
/** 19 digits below 10^-70 are nothing in single precision, and anything above 10^70 is beyond it. */
const MOST_POWER = 70;
const POWERS = Float64Array.from({ length: MOST_POWER + 1 }, (_, power) => Number(`1e${power}`));
/** Where counting a power of ten ends: whatever is larger is out of reach as well. */
const BEYOND = 1_000;
/** More than the relative error of what is not exact: three roundings of digits, one of the power, one more. */
const SLACK = 1e-15;

/**
 * Reads a JSON number or `null` (NaN) as `Math.fround(JSON.parse(...))` would, and writes it to `into[place]`: the
 * place after it, or -1 where it is neither, or is one of the rare ones that this way cannot be sure of.
 */
export function scanNumber(body: Uint8Array, from: number, into: Float32Array, place: number): number {
  if (body[from] === NULL[0]) return scanNull(body, from, into, place);
  const isNegative = body[from] === MINUS;
  const whole = isNegative ? from + 1 : from;
  let [at, sum, power] = [whole, 0, 0];
  for (let octet = body[at] as number; octet >= ZERO && octet <= NINE; octet = body[at] as number) {
    sum = sum * 10 + (octet - ZERO);
    at += 1;
  }
  if (!isWhole(body, whole, at)) return -1;
  if (body[at] === POINT) {
    const fraction = at + 1;
    at = fraction;
    for (let octet = body[at] as number; octet >= ZERO && octet <= NINE; octet = body[at] as number) {
      sum = sum * 10 + (octet - ZERO);
      at += 1;
    }
    power = fraction - at;
    if (power === 0) return -1;
  }
  const isPlain = !isPowerMark(body[at]);
  const end = isPlain ? at : scanPower(body, at);
  const single = singleOf(sum, isPlain ? power : power + powers.last);
  into[place] = isNegative ? -single : single;
  return Number.isNaN(single) ? -1 : end;
}

/** JSON has no leading zeros, and no number without a digit before the point. */
function isWhole(body: Uint8Array, from: number, to: number): boolean {
  return to === from + 1 || (to > from && body[from] !== ZERO);
}

function isPowerMark(octet: number | undefined): boolean {
  return octet === LOWER_E || octet === UPPER_E;
}

function scanNull(body: Uint8Array, from: number, into: Float32Array, place: number): number {
  into[place] = Number.NaN;
  return body[from + 1] === NULL[1] && body[from + 2] === NULL[2] && body[from + 3] === NULL[3] ? from + 4 : -1;
}

/** The power of ten that was read last. */
const powers = { last: 0 };

/** Reads the power of ten that begins with this `e`: the place after it, or -1 where it has no digits. */
function scanPower(body: Uint8Array, mark: number): number {
  const sign = body[mark + 1];
  const first = sign === MINUS || sign === PLUS ? mark + 2 : mark + 1;
  let at = first;
  let power = 0;
  for (let octet = body[at] as number; octet >= ZERO && octet <= NINE; octet = body[at] as number) {
    power = Math.min(BEYOND, power * 10 + (octet - ZERO));
    at += 1;
  }
  powers.last = sign === MINUS ? -power : power;
  return at === first ? -1 : at;
}

/** `sum` x 10^`power` in single precision; NaN where that is not certain, or is beyond it. */
function singleOf(sum: number, power: number): number {
  if (sum > MOST_SUM || power > MOST_POWER) return sum === 0 ? 0 : Number.NaN;
  if (power < -MOST_POWER) return 0;
  const value = power < 0 ? sum / (POWERS[-power] as number) : sum * (POWERS[power] as number);
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return Number.NaN;
  if (sum < EXACT_SUM && power >= -EXACT_POWER && power <= EXACT_POWER) return single;
  // Both ends of what it may be are the same in single precision, or it is left to others.
  const isCertain = Math.fround(value * (1 - SLACK)) === Math.fround(value * (1 + SLACK));
  return isCertain ? single : Number.NaN;
}

/** The next octet that is not white space of JSON. */
export function skipSpace(body: Uint8Array, from: number): number {
  let at = from;
  while (body[at] === 0x20 || body[at] === 0x0a || body[at] === 0x0d || body[at] === 0x09) at += 1;
  return at;
}
