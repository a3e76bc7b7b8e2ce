/** Writes protocol buffers (protobuf.dev, "Encoding"): only the wire types that ONNX files need. */
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** One encoded field, or several one after the other. */
export type Encoded = Uint8Array;

/** An integer field; negative ones take ten octets, as in every protobuf. */
export function integer(field: number, value: number | bigint): Encoded {
  return Uint8Array.from([...varint((field << 3) | VARINT), ...varint(value)]);
}

/** A 32-bit float field. */
export function float(field: number, value: number): Encoded {
  return concat([Uint8Array.from(varint((field << 3) | FIXED_32)), octetsOf(Float32Array.of(value))]);
}

/** A text field in UTF-8. */
export function text(field: number, value: string): Encoded {
  return octets(field, new TextEncoder().encode(value));
}

/** A message within a message. */
export function message(field: number, parts: readonly Encoded[]): Encoded {
  return octets(field, concat(parts));
}

/** A field of raw octets. */
export function octets(field: number, value: Uint8Array): Encoded {
  return concat([Uint8Array.from([...varint((field << 3) | LENGTH_DELIMITED), ...varint(value.length)]), value]);
}

/** Many 32-bit floats in one packed field. */
export function floats(field: number, values: Iterable<number>): Encoded {
  return octets(field, octetsOf(Float32Array.from(values)));
}

/** Many integers in one packed field. */
export function integers(field: number, values: Iterable<number>): Encoded {
  const out: number[] = [];
  for (const value of values) for (const octet of varint(value)) out.push(octet);
  return octets(field, Uint8Array.from(out));
}

/** Parts one after the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Little-endian, as the format wants, whatever the machine is. */
export function octetsOf(values: Float32Array): Uint8Array {
  const out = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, index) => {
    out.setFloat32(index * 4, value, true);
  });
  return new Uint8Array(out.buffer);
}

function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const out: number[] = [];
  while (rest >= 0x80n) {
    out.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return out;
}
