import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DetourError } from '../../../src/core/errors.ts';
import { networkHash, networkToJson, validateNetwork } from '../../../topology/formats/detour-network.ts';
import { InvalidFileError } from '../../../topology/formats/findings.ts';
import { validNetworkJson } from '../networks.ts';

type Json = ReturnType<typeof validNetworkJson>;

function refusal(value: unknown): InvalidFileError {
  try {
    validateNetwork(value);
  } catch (error) {
    if (error instanceof InvalidFileError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

function corrupted(change: (json: Json) => void): InvalidFileError {
  const json = validNetworkJson();
  change(json);
  return refusal(json);
}

describe('a valid network', () => {
  it('is read with its defaults, and without warnings', () => {
    const { network, warnings } = validateNetwork(validNetworkJson());
    expect(warnings).toEqual([]);
    expect(network.nodes[0]).toEqual({
      id: 'A',
      name: 'Arnhem',
      lat: 51.98,
      lon: 5.91,
      tier: 'core',
      mass: 2,
      address: null,
      snmpPort: 161,
      credentials: null,
    });
    expect(network.nodes[1]).toMatchObject({ address: '10.0.0.2', snmpPort: 1161, credentials: 'env:SNMP_B' });
    expect(network.links[0]).toMatchObject({ metric: { az: 10, za: 10 }, capacityBps: { az: 1e10, za: 1e10 } });
    expect(network.links[2]).toMatchObject({ capacityBps: { az: 1e10, za: 2e10 }, latencyMs: { az: 1, za: 2 } });
  });

  it('keeps parallel links apart', () => {
    const { network } = validateNetwork(validNetworkJson());
    expect(network.links.filter((link) => link.a === 'A' && link.z === 'B').map((link) => link.id)).toEqual([
      'A-B',
      'A-B-2',
    ]);
  });

  it('gets a missing latency from the distance at two thirds of light speed', () => {
    const { network } = validateNetwork(validNetworkJson());
    // Castricum to Arnhem is 105.6 km as the crow flies; light in fibre makes 199.86 km in a millisecond.
    expect(network.links[3]?.latencyMs.az).toBeCloseTo(105.6 / 199.86, 2);
    expect(network.links[3]?.latencyMs.za).toBe(network.links[3]?.latencyMs.az);
  });

  it('gets its risk groups from the links when none are listed', () => {
    const { srlgs: _dropped, ...json } = validNetworkJson();
    expect(validateNetwork(json).network.srlgs).toEqual([{ id: 'rhine', name: 'rhine' }]);
  });

  it('accepts unknown fields with a warning each', () => {
    const json = validNetworkJson();
    for (const link of json.links) link.colour = 'blue';
    Object.assign(json, { owner: 'me' });
    expect(validateNetwork(json).warnings).toEqual([
      'owner: is not a known field',
      'links[0].colour: is not a known field (and 3 more like it)',
    ]);
  });

  it('warns about an interface that two links use', () => {
    const json = validNetworkJson();
    Object.assign(json.links[1] as object, { zInterface: 'xe-0/0/1' });
    expect(validateNetwork(json).warnings).toEqual([
      'links[1].zInterface: "xe-0/0/1" of node "B" is used by link "A-B" already',
    ]);
  });
});

describe('a wrong network is refused', () => {
  const link = (json: Json, position: number): Record<string, unknown> => json.links[position] ?? {};
  const node = (json: Json, position: number): Record<string, unknown> => json.nodes[position] ?? {};
  const cases: [string, (json: Json) => void][] = [
    ['links[3].capacityBps: must be > 0, got -5', (json) => Object.assign(link(json, 3), { capacityBps: -5 })],
    ['links[3].capacityBps: must be > 0, got 0', (json) => Object.assign(link(json, 3), { capacityBps: 0 })],
    [
      'links[2].capacityBps.za: must be > 0, got -1',
      (json) => Object.assign(link(json, 2), { capacityBps: { az: 1, za: -1 } }),
    ],
    ['links[2].capacityBps.za: is missing', (json) => Object.assign(link(json, 2), { capacityBps: { az: 1 } })],
    [
      'links[0].capacityBps: must be a finite number, got NaN',
      (json) => Object.assign(link(json, 0), { capacityBps: Number.NaN }),
    ],
    [
      'links[0].latencyMs: must be a finite number, got Infinity',
      (json) => Object.assign(link(json, 0), { latencyMs: Infinity }),
    ],
    ['links[0].latencyMs: must be >= 0, got -1', (json) => Object.assign(link(json, 0), { latencyMs: -1 })],
    ['links[0].metric: must be > 0, got 0', (json) => Object.assign(link(json, 0), { metric: 0 })],
    [
      'links[0].metric: must be a number or {"az": number, "za": number}, got "10"',
      (json) => Object.assign(link(json, 0), { metric: '10' }),
    ],
    ['links[0].capacityBps: is missing', (json) => delete link(json, 0).capacityBps],
    [
      'links[1].id: must be unique, is also the id of links[0], got "A-B"',
      (json) => Object.assign(link(json, 1), { id: 'A-B' }),
    ],
    ['links[0].z: must be the id of a node of this file, got "X"', (json) => Object.assign(link(json, 0), { z: 'X' })],
    [
      'links[0].z: must be another node than a (a self-loop), got "A"',
      (json) => Object.assign(link(json, 0), { z: 'A' }),
    ],
    [
      'links[1].srlgs[0]: must be the id of an SRLG of this file, got "x"',
      (json) => Object.assign(link(json, 1), { srlgs: ['x'] }),
    ],
    [
      'links[1].srlgs[1]: is there twice, got "rhine"',
      (json) => Object.assign(link(json, 1), { srlgs: ['rhine', 'rhine'] }),
    ],
    ['links[0].id: must not end in :az or :za, got "A:az"', (json) => Object.assign(link(json, 0), { id: 'A:az' })],
    [
      'links[0].id: must not contain control characters, got "A\\n"',
      (json) => Object.assign(link(json, 0), { id: 'A\n' }),
    ],
    ['links[0].id: must not be empty, got ""', (json) => Object.assign(link(json, 0), { id: '' })],
    ['links[2]: must be an object, got null', (json) => (json.links as unknown[]).splice(2, 1, null)],
    ['nodes[2].lat: must be <= 90, got 91', (json) => Object.assign(node(json, 2), { lat: 91 })],
    ['nodes[2].lon: must be >= -180, got -181', (json) => Object.assign(node(json, 2), { lon: -181 })],
    [
      'nodes[2].lon: is missing (lat and lon go together)',
      (json) => {
        delete node(json, 2).lon;
        Object.assign(link(json, 3), { latencyMs: 1 });
      },
    ],
    [
      'nodes[2].tier: must be one of core, distribution, access, got "edge"',
      (json) => Object.assign(node(json, 2), { tier: 'edge' }),
    ],
    ['nodes[2].mass: must be >= 0, got -1', (json) => Object.assign(node(json, 2), { mass: -1 })],
    ['nodes[2].snmpPort: must be <= 65535, got 70000', (json) => Object.assign(node(json, 2), { snmpPort: 70000 })],
    [
      'nodes[2].address: must be an IP address or a host name, got "no host"',
      (json) => Object.assign(node(json, 2), { address: 'no host' }),
    ],
    [
      'srlgs[1].id: must be unique, is also the id of srlgs[0], got "rhine"',
      (json) => json.srlgs.push({ id: 'rhine' }),
    ],
    [
      'format: must be "detour-network/1", got "detour-network/2"',
      (json) => Object.assign(json, { format: 'detour-network/2' }),
    ],
    [
      'name: must be 1 to 64 letters, digits, ".", "_" or "-", and begin with a letter or digit, got "{x}"',
      (json) => Object.assign(json, { name: '{x}' }),
    ],
    ['links: must have at least one link', (json) => json.links.splice(0)],
    ['nodes: must be a list, got an object', (json) => Object.assign(json, { nodes: {}, links: [] })],
  ];
  it.each(cases)('%s', (message, change) => {
    const error = corrupted(change);
    expect(error.code).toBe('DETOUR_ERR_INVALID_NETWORK');
    expect(error.message.replace(/ \(and \d+ more\)$/, '')).toBe(message);
  });

  it('when a node id is there twice', () => {
    const error = corrupted((json) => json.nodes.push({ id: 'A' }));
    expect(error.message).toBe('nodes[3].id: must be unique, is also the id of nodes[0], got "A"');
  });

  it('when it is empty', () => {
    const error = refusal({ format: 'detour-network/1', name: 'empty', nodes: [], links: [] });
    expect(error.problems.map((problem) => problem.field)).toEqual(['nodes', 'links']);
  });

  it('when a latency is missing and cannot be computed', () => {
    const error = corrupted((json) => {
      for (const key of ['lat', 'lon']) delete json.nodes[2]?.[key];
    });
    expect(error.message).toBe('links[3].latencyMs: is missing, and cannot be computed: node "C" has no lat and lon');
  });

  it('with all problems at once, bounded', () => {
    const error = corrupted((json) => {
      for (let copy = 0; copy < 50; copy += 1)
        json.links.push({ id: `x${copy}`, a: 'A', z: 'B', capacityBps: -copy - 1 });
    });
    expect(error.problemCount).toBe(50);
    expect(error.problems).toHaveLength(20);
    expect(error.message).toBe('links[4].capacityBps: must be > 0, got -1 (and 49 more)');
    expect(error.field).toBe('links[4].capacityBps');
  });

  it('without showing what may be a secret', () => {
    for (const fields of [{ credentials: 's3cret' }, { community: 's3cret' }, { address: 's3cret@10.0.0.1' }]) {
      const error = corrupted((json) => Object.assign(json.nodes[0] as object, fields));
      expect(error.field).toBe(`nodes[0].${Object.keys(fields)[0]}`);
      expect(JSON.stringify([error, error.message, error.problems])).not.toContain('s3cret');
    }
  });
});

describe('properties', () => {
  it('any JSON gives a network or a DetourError', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(() => validateNetwork(value)).toThrow(DetourError);
      }),
    );
  });

  it('any value in any place gives a network or a DetourError that names a field of the file', () => {
    const places = placesOf(validNetworkJson());
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.oneof(fc.anything(), fc.jsonValue()), (place, value) => {
        const json = validNetworkJson();
        put(json, place, value);
        try {
          validateNetwork(json);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidFileError);
          expect((error as InvalidFileError).problems.every((problem) => problem.message !== '')).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('a wrong figure is named by its place, wherever it is', () => {
    const figure = fc.constantFrom('capacityBps', 'metric', 'latencyMs');
    const wrong = fc.oneof(
      fc.constantFrom(-1, Number.NaN, Infinity, '1', true, []),
      fc.double({ max: -1e-9, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.nat({ max: 3 }), figure, wrong, (position, name, value) => {
        const error = corrupted((json) => Object.assign(json.links[position] as object, { [name]: value }));
        expect(error.field).toBe(`links[${position}].${name}`);
        expect(error.problemCount).toBe(1);
      }),
    );
  });

  it('what is written is read back the same, and has the same hash', () => {
    fc.assert(
      fc.property(arbitraryNetworkJson(), (json) => {
        const { network } = validateNetwork(json);
        const copy = validateNetwork(JSON.parse(JSON.stringify(networkToJson(network)))).network;
        expect(copy).toEqual(network);
        expect(networkHash(copy)).toBe(networkHash(network));
        expect(networkHash(network)).toMatch(/^[0-9a-f]{16}$/);
      }),
    );
  });

  it('another metric gives another hash', () => {
    const { network } = validateNetwork(validNetworkJson());
    const json = validNetworkJson();
    Object.assign(json.links[0] as object, { metric: 11 });
    expect(networkHash(validateNetwork(json).network)).not.toBe(networkHash(network));
  });
});

type Place = readonly (string | number)[];

function placesOf(value: unknown, path: Place = []): Place[] {
  if (value === null || typeof value !== 'object') return [path];
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  return [
    ...(path.length > 0 ? [path] : []),
    ...[...keys].flatMap((key) => placesOf((value as never)[key], [...path, key])),
  ];
}

function put(target: unknown, place: Place, value: unknown): void {
  const parent = place.slice(0, -1).reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], target);
  (parent as Record<string, unknown>)[place.at(-1) as string] = value;
}

function arbitraryNetworkJson() {
  const figure = (min: number, max: number) => {
    const one = fc.double({ min, max, noNaN: true });
    return fc.oneof(one, fc.record({ az: one, za: one }));
  };
  const optional = { requiredKeys: [] };
  return fc.integer({ min: 2, max: 8 }).chain((count) => {
    const position = fc.nat({ max: count - 1 });
    const link = fc.record({
      ends: fc.tuple(position, position).filter(([a, z]) => a !== z),
      figures: fc.record({ capacityBps: figure(1, 1e12), latencyMs: figure(0, 1000) }),
      extras: fc.record({ metric: figure(1, 65535), srlgs: fc.uniqueArray(fc.constantFrom('s1', 's2')) }, optional),
    });
    const node = fc.record(
      { lat: fc.double({ min: -90, max: 90, noNaN: true }), mass: fc.nat(), tier: fc.constantFrom('core', 'access') },
      optional,
    );
    return fc.record({
      format: fc.constant('detour-network/1'),
      name: fc.constant('any'),
      nodes: fc.array(node, { minLength: count, maxLength: count }).map((nodes) =>
        nodes.map((fields, id) => ({
          id: `n${id}`,
          ...fields,
          ...(fields.lat === undefined ? {} : { lon: -fields.lat }),
        })),
      ),
      links: fc.array(link, { minLength: 1, maxLength: 12 }).map((links) =>
        links.map(({ ends: [a, z], figures, extras }, id) => ({
          id: `l${id}`,
          a: `n${a}`,
          z: `n${z}`,
          ...figures,
          ...extras,
        })),
      ),
    });
  });
}
