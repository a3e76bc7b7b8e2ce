const [MINUS, PLUS, POINT, ZERO, NINE] = [0x2d, 0x2b, 0x2e, 0x30, 0x39];
const [UPPER_E, LOWER_E] = [0x45, 0x65];
/** `null` in ASCII. */
const NULL = [0x6e, 0x75, 0x6c, 0x6c] as const;

/** Digits whose sum a double holds with an error of a few units in the last place; no program writes more than 17. */
const MOST_DIGITS = 19;
/** Up to so many digits, and a power of ten up to this, one rounding gives the nearest double (Clinger, 1990). */
const [EXACT_DIGITS, EXACT_POWER] = [15, 22];
/** 19 digits below 10^-70 are nothing in single precision, and anything above 10^70 is beyond it. */
const MOST_POWER = 70;
/** Where counting a power of ten ends: whatever is larger is out of reach as well. */
const BEYOND = 1_000;
const POWERS = Float64Array.from({ length: MOST_POWER + 1 }, (_, power) => Number(`1e${power}`));
/** More than the relative error of what is not exact: at most 3 roundings of the digits, one of the power, one more. */
const SLACK = 1e-15;

/** A number as far as it was read: one is enough, since nothing waits in between. */
const read = { at: 0, sum: 0, digits: 0 };

/**
 * Reads a JSON number or `null` (NaN) as `Math.fround(JSON.parse(...))` would, and writes it to `into[place]`: the
 * place after it, or -1 where it is neither, or is one of the rare ones that this way cannot be sure of.
 */
export function scanNumber(body: Uint8Array, from: number, into: Float32Array, place: number): number {
  if (body[from] === NULL[0]) return scanNull(body, from, into, place);
  const isNegative = body[from] === MINUS;
  const whole = isNegative ? from + 1 : from;
  read.at = whole;
  read.sum = 0;
  read.digits = 0;
  const wholeDigits = takeDigits(body);
  // JSON has no leading zeros, and no number without a digit before the point.
  if (wholeDigits === 0 || (body[whole] === ZERO && wholeDigits > 1)) return -1;
  const fraction = scanFraction(body);
  const power = scanPower(body);
  if (fraction < 0 || power === null) return -1;
  const single = singleOf(read.sum, read.digits, power - fraction);
  into[place] = isNegative ? -single : single;
  return Number.isNaN(single) ? -1 : read.at;
}

function scanNull(body: Uint8Array, from: number, into: Float32Array, place: number): number {
  into[place] = Number.NaN;
  return body[from + 1] === NULL[1] && body[from + 2] === NULL[2] && body[from + 3] === NULL[3] ? from + 4 : -1;
}

/** Goes on with digits; answers how many there were. */
function takeDigits(body: Uint8Array): number {
  const first = read.at;
  let at = first;
  let { sum, digits } = read;
  for (let octet = body[at] as number; octet >= ZERO && octet <= NINE; octet = body[at] as number) {
    sum = sum * 10 + (octet - ZERO);
    if (sum > 0) digits += 1;
    at += 1;
  }
  read.at = at;
  read.sum = sum;
  read.digits = digits;
  return at - first;
}

/** The number of digits after the point, 0 where there is none, -1 where there is a point without any. */
function scanFraction(body: Uint8Array): number {
  if (body[read.at] !== POINT) return 0;
  read.at += 1;
  return takeDigits(body) || -1;
}

/** The power of ten that is written out, 0 where none is; null where it has no digits. */
function scanPower(body: Uint8Array): number | null {
  const mark = body[read.at];
  if (mark !== LOWER_E && mark !== UPPER_E) return 0;
  const sign = body[read.at + 1];
  const first = sign === MINUS || sign === PLUS ? read.at + 2 : read.at + 1;
  let at = first;
  let power = 0;
  for (let octet = body[at] as number; octet >= ZERO && octet <= NINE; octet = body[at] as number) {
    power = Math.min(BEYOND, power * 10 + (octet - ZERO));
    at += 1;
  }
  read.at = at;
  if (at === first) return null;
  return sign === MINUS ? -power : power;
}

/** `sum` x 10^`power` in single precision; NaN where that is not certain, or is beyond it. */
function singleOf(sum: number, digits: number, power: number): number {
  if (digits > MOST_DIGITS || power > MOST_POWER) return sum === 0 ? 0 : Number.NaN;
  if (power < -MOST_POWER) return 0;
  const value = power < 0 ? sum / (POWERS[-power] as number) : sum * (POWERS[power] as number);
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return Number.NaN;
  if (digits <= EXACT_DIGITS && power >= -EXACT_POWER && power <= EXACT_POWER) return single;
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
