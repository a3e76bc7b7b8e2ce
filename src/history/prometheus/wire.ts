/** A series as remote write has it: labels sorted by name, samples by time. */
export interface WireSeries {
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly samples: readonly { readonly atMs: number; readonly value: number }[];
}

/**
 * `prometheus.WriteRequest` of remote write 1.0 as protobuf: timeseries = 1; in it labels = 1 (name = 1, value = 2) and
 * samples = 2 (value = 1 as double, timestamp = 2 as int64 in ms).
 */
export function encodeWriteRequest(series: readonly WireSeries[]): Buffer {
  return Buffer.concat(series.map((each) => message(1, timeSeries(each))));
}

function timeSeries({ labels, samples }: WireSeries): Buffer {
  return Buffer.concat([
    ...labels.map(([name, value]) => message(1, Buffer.concat([text(1, name), text(2, value)]))),
    ...samples.map(({ atMs, value }) => message(2, sample(atMs, value))),
  ]);
}

const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;

function sample(atMs: number, value: number): Buffer {
  const double = Buffer.alloc(9);
  double[0] = (1 << 3) | FIXED_64;
  double.writeDoubleLE(value, 1);
  return Buffer.concat([double, Buffer.from([2 << 3]), varint(atMs)]);
}

function message(field: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | LENGTH_DELIMITED]), varint(body.length), body]);
}

function text(field: number, value: string): Buffer {
  return message(field, Buffer.from(value, 'utf8'));
}

/** Base 128, lowest group first; for whole numbers up to 2^53. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  while (left >= 0x80) {
    bytes.push((left % 0x80) | 0x80);
    left = Math.floor(left / 0x80);
  }
  bytes.push(left);
  return Buffer.from(bytes);
}

const LITERAL_MAX = 65_536;
/** A literal whose length minus one follows in two bytes. */
const LITERAL_TAG_2 = 61 << 2;

/**
 * Snappy's block format without any copies: length, then literals (format_description.txt of google/snappy). Remote
 * write demands the format, not the compression, and the way is usually short.
 */
export function snappyLiterals(data: Buffer): Buffer {
  const pieces: Buffer[] = [varint(data.length)];
  for (let start = 0; start < data.length; start += LITERAL_MAX) {
    const literal = data.subarray(start, start + LITERAL_MAX);
    const head = Buffer.from([LITERAL_TAG_2, 0, 0]);
    head.writeUInt16LE(literal.length - 1, 1);
    pieces.push(head, literal);
  }
  return Buffer.concat(pieces);
}
