import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DetourError } from '../../../src/core/errors.ts';
import { demandsToJson, validateDemands } from '../../../topology/formats/detour-demands.ts';
import { validateNetwork } from '../../../topology/formats/detour-network.ts';
import type { Demand } from '../../../topology/model.ts';
import { validNetworkJson } from '../networks.ts';

const { network } = validateNetwork(validNetworkJson());
const file = (...demands: unknown[]): unknown => ({ format: 'detour-demands/1', demands });
const good = { id: 'd1', source: 'A', target: 'B', bps: 2.5e9, class: 'gold' };

describe('demands', () => {
  it('are read, with no class where none is given', () => {
    const { demands, warnings } = validateDemands(file(good, { id: 'd2', source: 'B', target: 'A', bps: 0 }), network);
    expect(demands).toEqual([good, { id: 'd2', source: 'B', target: 'A', bps: 0, class: null }]);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['demands[0].source: must be the id of a node of the network, got "X"', { ...good, source: 'X' }],
    ['demands[0].target: must be another node than source, got "A"', { ...good, target: 'A' }],
    ['demands[0].bps: must be >= 0, got -1', { ...good, bps: -1 }],
    ['demands[0].bps: must be a number, got "12"', { ...good, bps: '12' }],
    ['demands[0].bps: is missing', { ...good, bps: null }],
    ['demands[0].id: is missing', { ...good, id: undefined }],
    ['demands[0].class: must be a text, got 3', { ...good, class: 3 }],
    ['demands[0]: must be an object, got 7', 7],
  ])('are refused: %s', (message, demand) => {
    expect(() => validateDemands(file(demand), network)).toThrow(message);
  });

  it('may say which way they go', () => {
    const paths = [
      { share: 0.25, arcs: ['A-B:az'] },
      { share: 0.75, arcs: ['C-A:za', 'B-C:za'] },
    ];
    expect(validateDemands(file({ ...good, paths }), network).demands).toEqual([{ ...good, paths }]);
    const { demands, warnings } = validateDemands(file({ ...good, paths: null }), network);
    expect([demands, warnings]).toEqual([[good], []]);
  });

  it.each([
    ['demands[0].paths: must be a list', 7],
    ['demands[0].paths: must have shares that sum to 1, they sum to 0', []],
    ['demands[0].paths: must have shares that sum to 1, they sum to 0.5', [{ share: 0.5, arcs: ['A-B:az'] }]],
    [
      'demands[0].paths: must not list the same path twice',
      [
        { share: 0.5, arcs: ['A-B:az'] },
        { share: 0.5, arcs: ['A-B:az'] },
      ],
    ],
    ['demands[0].paths[0].share: must be > 0, got 0', [{ share: 0, arcs: ['A-B:az'] }]],
    ['demands[0].paths[0].arcs: is missing', [{ share: 1 }]],
    ['paths[0].arcs: must be arcs of the network, "A-B" is none', [{ share: 1, arcs: ['A-B'] }]],
    ['paths[0].arcs: must be arcs of the network, 3 is none', [{ share: 1, arcs: [3] }]],
    ['paths[0].arcs: must be one way, but "A-B:za" does not begin at "A"', [{ share: 1, arcs: ['A-B:za'] }]],
    ['paths[0].arcs: must lead to "B", but ends at "C"', [{ share: 1, arcs: ['C-A:za'] }]],
    ['paths[0].arcs: must lead to "B", but ends at "A"', [{ share: 1, arcs: [] }]],
    ['paths[0].arcs: must not come to "A" twice', [{ share: 1, arcs: ['A-B:az', 'A-B:za', 'A-B:az'] }]],
  ])('are refused with wrong paths: %s', (message, paths) => {
    expect(() => validateDemands(file({ ...good, paths }), network)).toThrow(message);
  });

  it('are refused with an id that is there twice, a missing list or another format', () => {
    const messageOf = (value: unknown): string => {
      try {
        validateDemands(value, network);
      } catch (error) {
        return error instanceof DetourError ? `${error.code} ${error.message}` : String(error);
      }
      return 'accepted';
    };
    expect(messageOf(file(good, good))).toBe(
      'DETOUR_ERR_INVALID_DEMANDS demands[1].id: must be unique, is also the id of demands[0], got "d1"',
    );
    expect(messageOf({ format: 'detour-demands/1' })).toBe('DETOUR_ERR_INVALID_DEMANDS demands: is missing');
    expect(messageOf({})).toBe('DETOUR_ERR_INVALID_DEMANDS format: must be "detour-demands/1"');
    expect(messageOf([])).toBe('DETOUR_ERR_INVALID_DEMANDS value: must be an object, got a list of 0');
  });

  it('any JSON is refused with a DetourError', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(() => validateDemands(value, network)).toThrow(DetourError);
        expect(() => validateDemands(file(value), network)).toThrow(DetourError);
      }),
    );
  });

  it('are read back as they were written', () => {
    const pair = fc.constantFrom(['A', 'B'], ['B', 'C'], ['C', 'A']);
    const one = fc.record({
      pair,
      bps: fc.double({ min: 0, max: 1e12, noNaN: true }),
      class: fc.option(fc.constant('gold')),
    });
    fc.assert(
      fc.property(fc.array(one), (drafts) => {
        const demands = drafts.map(({ pair: [source, target], bps, class: name }, id): Demand => {
          return { id: `d${id}`, source: source as string, target: target as string, bps: bps + 0, class: name };
        });
        expect(validateDemands(JSON.parse(JSON.stringify(demandsToJson(demands))), network).demands).toEqual(demands);
      }),
    );
  });
});
