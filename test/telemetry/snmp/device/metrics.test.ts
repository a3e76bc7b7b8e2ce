import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../../../src/core/paths.ts';
import { readMetrics } from '../../../../src/telemetry/snmp/device/metrics.ts';
import { figureOf, milliwattsToDbm } from '../../../../src/telemetry/snmp/device/values.ts';
import { loadVendors, parseVendor } from '../../../../src/telemetry/snmp/vendors/load.ts';
import { bytes, FakeTables, int, text } from './fake-tables.ts';

const ACME = `
vendor: Acme
match: [1.3.6.1.4.1.99999]
columns: {part: 1.3.6.1.4.1.99999.1.1, owner: 1.3.6.1.4.1.99999.1.2, ownerName: 1.3.6.1.4.1.99999.2.1}
cpu:
  - {id: vendor, value: 1.3.6.1.4.1.99999.1.3, name: "{ownerName@owner} cpu {#}"}
  - {unless: [vendor], value: 1.3.6.1.4.1.99999.1.4, name: total}
memory:
  - {percent: 1.3.6.1.4.1.99999.1.5, total: 1.3.6.1.4.1.99999.1.6, totalUnitBytes: 1024, name: "{part}"}
sensors:
  - {kind: temperature, unit: C, value: 1.3.6.1.4.1.99999.1.7, scale: 0.1, skip: [-9999], name: "{part} inlet"}
  - {kind: dbm, unit: dBm, value: 1.3.6.1.4.1.99999.1.8, scale: 0.1, convert: uw-to-dbm, name: "{part} rx"}
  - {kind: state, unit: "", value: 1.3.6.1.4.1.99999.1.9, states: {"1": ok, "2": broken}, name: "{part}", where: [{column: 1.3.6.1.4.1.99999.1.9, not: [3]}]}
`;
const at = (column: number, index: string | number): string => `1.3.6.1.4.1.99999.1.${column}|${index}`;

describe('vendor tables', () => {
  it('give CPU, memory and sensors of a vendor that no code knows', async () => {
    const tables = new FakeTables({
      [at(1, 7)]: text('slot 7'),
      [at(2, 7)]: int(42),
      '1.3.6.1.4.1.99999.2.1|42': text('board A'),
      [at(3, 7)]: int(35),
      [at(4, 7)]: int(99),
      [at(5, 7)]: int(25),
      [at(6, 7)]: int(1000),
      [at(7, 7)]: int(315),
      [at(7, 8)]: int(-9999),
      [at(8, 7)]: int(10_000),
      [at(9, 7)]: int(2),
      [at(9, 8)]: int(3),
    });
    expect(await readMetrics([parseVendor(ACME, 'acme.yaml')], tables)).toEqual({
      cpu: [{ name: 'board A cpu 7', percent: 35 }],
      memory: [{ name: 'slot 7', usedBytes: 256_000, totalBytes: 1_024_000, percent: 25 }],
      sensors: [
        { kind: 'temperature', name: 'slot 7 inlet', value: 31.5, unit: 'C', status: 'ok' },
        { kind: 'dbm', name: 'slot 7 rx', value: 0, unit: 'dBm', status: 'ok' },
        { kind: 'state', name: 'slot 7', value: 2, unit: '', status: 'broken' },
      ],
    });
  });

  it('fall back on the next definition only where the first found nothing, and never show more than 100 %', async () => {
    const tables = new FakeTables({ [at(4, 1)]: int(12), [at(4, 2)]: int(250) });
    const { cpu } = await readMetrics([parseVendor(ACME, 'acme.yaml')], tables);
    expect(cpu).toEqual([{ name: 'total', percent: 12 }]);
  });

  it('that are shipped load, each with a vendor, and apply to prefixes of whole arcs', async () => {
    const vendors = await loadVendors(`${PACKAGE_ROOT}src/telemetry/snmp/vendors`);
    expect(vendors.map(({ vendor }) => vendor)).toEqual(
      expect.arrayContaining([
        'Cisco',
        'Juniper',
        'Arista',
        'Nokia',
        'Huawei',
        'MikroTik',
        'Extreme SLX',
        'HP/Aruba',
        'any',
      ]),
    );
  });

  it('are refused with the field when something in them is wrong', () => {
    expect(() => parseVendor('vendor: X\nmatch: [cisco]', 'x.yaml')).toThrow(/x\.yaml: match\.0/);
    expect(() => parseVendor('vendor: [', 'x.yaml')).toThrow(/x\.yaml: is not YAML/);
    expect(() => parseVendor('vendor: X\nmatch: []\ncpus: []', 'x.yaml')).toThrow(/x\.yaml/);
  });
});

describe('figures', () => {
  it('come from numbers and from text, and are null where there is none', () => {
    expect(figureOf({ oid: '1', ...text(' -23.5 ') }, {})).toBe(-23.5);
    expect(figureOf({ oid: '1', ...text('n/a') }, {})).toBeNull();
    expect(figureOf({ oid: '1', type: 'noSuchInstance', value: null }, {})).toBeNull();
    expect(figureOf({ oid: '1', ...bytes(0x3b, 0x79, 0xb2, 0x50) }, { convert: 'ieee754' })).toBeCloseTo(0.00381, 5);
    expect(figureOf({ oid: '1', ...int(93) }, { convert: 'idle' })).toBe(7);
  });

  it('show no light as -40 dBm and no dBm for a negative power', () => {
    expect(milliwattsToDbm(1)).toBe(0);
    expect(milliwattsToDbm(0)).toBe(-40);
    expect(milliwattsToDbm(-0.03)).toBeNull();
  });
});
