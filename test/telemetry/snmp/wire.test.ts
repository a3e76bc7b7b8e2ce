import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/telemetry/snmp/credentials.ts';
import { V2cProtocol } from '../../../src/telemetry/snmp/engine/protocol-v2c.ts';
import { V3Protocol } from '../../../src/telemetry/snmp/engine/protocol-v3.ts';
import { compareOids } from '../../../src/telemetry/snmp/oid.ts';
import {
  BerReader,
  counter64Element,
  element,
  integerElement,
  readSigned,
  readUnsigned64,
  TAG,
} from '../../../src/telemetry/snmp/wire/ber.ts';
import { decodeOid, encodeOid } from '../../../src/telemetry/snmp/wire/object-id.ts';
import { encodeQuestion, PDU } from '../../../src/telemetry/snmp/wire/pdu.ts';
import { decodeVarbinds } from '../../../src/telemetry/snmp/wire/varbinds.ts';
import { counter32, counter64, encodeOid as encodeApart, encodeResponse, octets } from './ber.ts';

const part = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 0xffff_ffff }));
const oid = fc
  .tuple(
    fc.integer({ min: 0, max: 2 }),
    fc.integer({ min: 0, max: 39 }),
    fc.array(part, { minLength: 1, maxLength: 14 }),
  )
  .map(([top, second, rest]) => [top, second, ...rest].join('.'));

describe('object identifiers', () => {
  it('come back as they went, and are encoded as an encoder that shares nothing does', () => {
    fc.assert(
      fc.property(oid, (text) => {
        const bytes = encodeOid(text);
        expect(decodeOid(bytes, 0, bytes.length)).toBe(text);
        expect(bytes.equals(encodeApart(text))).toBe(true);
      }),
    );
  });

  it('compare as lists of numbers', () => {
    const near = fc
      .tuple(oid, oid)
      .chain(([x, y]) => fc.constantFrom([x, y], [x, `${x}.1`], [`${x}.9`, `${x}.10`], [x, x]));
    fc.assert(
      fc.property(near, ([left = '', right = '']) => {
        const [a, b] = [left.split('.').map(Number), right.split('.').map(Number)];
        const at = a.findIndex((number, index) => number !== b[index]);
        const byNumbers =
          at < 0 ? a.length - b.length : b[at] === undefined ? 1 : (a[at] as number) - (b[at] as number);
        expect(Math.sign(compareOids(left, right))).toBe(Math.sign(byNumbers));
      }),
    );
  });
});

describe('numbers', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        (small, large) => {
          const encoded = integerElement(TAG.integer, small);
          expect(readSigned(encoded, 2, encoded.length)).toBe(small);
          const wide = counter64Element(large);
          expect(wide[1]).toBe(wide.length - 2);
          expect(readUnsigned64(wide, 2, wide.length)).toBe(large);
        },
      ),
    );
  });

  it.each([
    ['a Counter32 beyond 32 bits', TAG.counter32, [0x01, 0, 0, 0, 0], null],
    ['a Counter32 without its leading zero', TAG.counter32, [0xff, 0xff, 0xff, 0xff], 4_294_967_295],
    ['an empty Counter32', TAG.counter32, [], null],
    ['a Gauge32 of nine octets', TAG.gauge32, [0, 0, 0, 0, 0, 0, 0, 0, 1], null],
    ['a Counter64 of ten octets', TAG.counter64, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0], null],
    ['an empty integer', TAG.integer, [], null],
    ['an address of three octets', TAG.ip, [10, 0, 0], null],
    ['a negative integer', TAG.integer, [0xff], -1],
  ])('%s is what it is, and never 0', (_what, tag, content, expected) => {
    const cell = element(TAG.sequence, element(TAG.oid, encodeOid('1.3.6.1')), element(tag, Uint8Array.from(content)));
    const [varbind] = decodeVarbinds(new BerReader(element(TAG.sequence, cell)), []);
    expect(varbind?.value).toBe(expected);
    if (expected === null) expect(varbind?.type).toBe('unreadable');
  });
});

describe('names decoded by what was asked', () => {
  it('are the same as names decoded one by one', () => {
    fc.assert(
      fc.property(fc.array(oid, { minLength: 1, maxLength: 4 }), fc.array(part, { maxLength: 12 }), (asked, rows) => {
        const names = rows.flatMap((row) => asked.map((column) => `${column}.${row}`));
        const list = element(
          TAG.sequence,
          ...names.map((name) => element(TAG.sequence, element(TAG.oid, encodeOid(name)), element(TAG.null))),
        );
        const { oids } = encodeQuestion(PDU.getBulk, asked, 10);
        expect(decodeVarbinds(new BerReader(list), oids).map((varbind) => varbind.oid)).toEqual(names);
      }),
    );
  });
});

describe('any packet whatever', () => {
  const question = encodeQuestion(PDU.get, ['1.3.6.1.2.1.1.3.0', '1.3.6.1.2.1.2.2.1.10.1'], 0);
  const rows = [
    { oid: '1.3.6.1.2.1.1.3.0', cell: counter64(2n ** 63n) },
    { oid: '1.3.6.1.2.1.2.2.1.10.1', cell: counter32(17) },
    { oid: '1.3.6.1.2.1.31.1.1.1.1.1', cell: octets('eth0') },
  ];
  const honest = encodeResponse({ community: 'c', id: 7, rows });
  const v2c = new V2cProtocol(new Secret('c'));
  const v3 = new V3Protocol({ name: 'u', auth: null, priv: null, context: '' }, () => 0);
  const asked = () => question;
  const kinds = ['answer', 'again', 'refused', 'unexpected'];

  it('is decoded or refused, and never throws or hangs: mutations of an honest one', () => {
    const mutation = fc.record({
      at: fc.nat(honest.length - 1),
      octet: fc.nat(255),
      cut: fc.option(fc.nat(honest.length)),
    });
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), (mutations) => {
        let packet = Buffer.from(honest);
        for (const { at, octet, cut } of mutations) {
          if (at < packet.length) packet[at] = octet;
          if (cut !== null) packet = packet.subarray(0, cut);
        }
        expect(kinds).toContain(v2c.decode(Buffer.from(packet), asked).kind);
        expect(kinds).toContain(v3.decode(Buffer.from(packet), asked).kind);
      }),
      { numRuns: 3000 },
    );
  });

  it('is decoded or refused: noise, and a v3 message with noise inside', () => {
    const message = v3.encode(question, 9);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat(message.length - 1), fc.nat(255), (noise, at, octet) => {
        expect(v2c.decode(Buffer.from(noise), asked).kind).toBe('unexpected');
        const mutated = Buffer.from(message);
        mutated[at] = octet;
        expect(kinds).toContain(v3.decode(mutated, asked).kind);
        expect(kinds).toContain(v3.decode(Buffer.concat([message.subarray(0, at), noise]), asked).kind);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads the honest one', () => {
    expect(v2c.decode(honest, asked)).toMatchObject({
      kind: 'answer',
      id: 7,
      varbinds: [{ value: 2n ** 63n }, { value: 17 }, {}],
    });
  });
});
