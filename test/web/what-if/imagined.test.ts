import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LinkView } from '../../../src/api/schemas/screen.ts';
import type { WhatIf } from '../../../src/api/schemas/studies.ts';
import {
  ACTS,
  changeOf,
  type Imagined,
  imaginedLinks,
  isNothing,
  readImagined,
  toggled,
} from '../../../src/web/screens/what-if/imagined.ts';
import { writeIds } from '../../../src/web/shared/ids-text.ts';

const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 6 }), { maxLength: 5 });

describe('what is imagined', () => {
  it('comes out of the address as it went in, whatever the ids', () => {
    fc.assert(
      fc.property(ids, ids, fc.integer({ min: 0, max: 40 }), (fail, drain, steps) => {
        const scale = steps / 20;
        const parameters = new URLSearchParams({ scale: String(scale) });
        for (const [name, list] of Object.entries({ fail, drain })) {
          const text = writeIds(list);
          if (text !== null) parameters.set(name, text);
        }
        const again = new URLSearchParams(parameters.toString());
        expect(readImagined(again)).toEqual({ fail, drain, scale });
      }),
    );
  });

  it.each(['NaN', 'lots', '-3', '99'])('takes a scale of %s for what can be', (scale) => {
    const read = readImagined(new URLSearchParams({ scale })).scale;
    expect(read >= 0 && read <= 2).toBe(true);
  });

  it('has an id once, and gives it back when it is chosen again', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...ACTS), fc.constantFrom('a', 'b', 'c'))), (steps) => {
        let now: Imagined = { fail: [], drain: [], scale: 1 };
        for (const [act, id] of steps) {
          const before = now;
          now = { ...now, ...toggled(now, act, id) };
          expect(now[act].includes(id)).toBe(!before[act].includes(id));
          const all = [...now.fail, ...now.drain];
          expect(new Set(all).size).toBe(all.length);
        }
      }),
    );
  });

  it('asks for nothing where nothing is other', () => {
    expect(changeOf({ fail: [], drain: [], scale: 1 })).toEqual({});
    expect(isNothing({ fail: [], drain: [], scale: 1 })).toBe(true);
    expect(changeOf({ fail: ['x'], drain: [], scale: 1.5 })).toEqual({ fail: ['x'], scale: 1.5 });
  });
});

describe('links of an imagined network', () => {
  const way = { loadBps: 1, utilisation: 0.5, lossRatio: 0.1, latencyMs: 4, unknown: {} };
  const link = (id: string) =>
    ({
      ...{ id, state: 'healthy', score: 90, reason: 'fine', capacityBps: { az: 100, za: 100 } },
      arcs: { az: way, za: way },
    }) as unknown as LinkView;
  const load = (arc: string) => ({ arc, capacityBps: 200, nowBps: 20, beforeBps: 40, afterBps: 60, utilisation: 0.3 });
  const answer = { failedLinks: ['y'], loads: ['x:az', 'y:az', 'y:za'].map(load) } as unknown as WhatIf;

  it('carry what the model says at each stage, and measured figures of now not at all', () => {
    const utilisation = (stage: 'now' | 'before' | 'after') =>
      imaginedLinks([link('x')], answer, stage)[0]?.arcs.az.utilisation;
    expect([utilisation('now'), utilisation('before'), utilisation('after')]).toEqual([0.1, 0.2, 0.3]);
    const [x] = imaginedLinks([link('x')], answer, 'after');
    expect(x?.arcs.az).toMatchObject({ loadBps: 60, lossRatio: null, latencyMs: null });
    expect(x?.arcs.za).toMatchObject({ loadBps: null, utilisation: null });
    expect(x).toMatchObject({ state: 'healthy', score: 90 });
  });

  it('are down where they failed, but not before they did', () => {
    expect(imaginedLinks([link('y')], answer, 'now')[0]).toMatchObject({ state: 'healthy' });
    expect(imaginedLinks([link('y')], answer, 'before')[0]).toMatchObject({
      ...{ state: 'down', score: 0 },
      arcs: { az: { loadBps: 0, utilisation: null } },
    });
  });
});
