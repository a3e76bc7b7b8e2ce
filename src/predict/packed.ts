import { Type } from 'typebox';
import { DetourError } from '../core/errors.ts';

/** Arrays of numbers as base64 of their little-endian octets: exact, and a third of decimal digits. */
export const PackedSchema = Type.String({ pattern: '^[A-Za-z0-9+/]*={0,2}$', maxLength: 20_000_000 });

type Numbers = Int32Array | Int16Array | Uint8Array | Float32Array | Float64Array;
interface NumbersType<T extends Numbers> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer): T;
}

export function pack(values: Numbers): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

/** @throws DetourError MODEL where the octets are no whole numbers of this type */
export function unpack<T extends Numbers>(type: NumbersType<T>, text: string, field: string): T {
  // A copy of its own: pooled buffers are not aligned.
  const octets = Uint8Array.from(Buffer.from(text, 'base64'));
  if (octets.length % type.BYTES_PER_ELEMENT !== 0) {
    throw new DetourError('MODEL', `${field}: ${octets.length} octets are no whole numbers`, { field });
  }
  return new type(octets.buffer);
}
