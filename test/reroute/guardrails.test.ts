import { describe, expect, it } from 'vitest';
import {
  DEFAULT_GUARDRAILS,
  type GuardrailFacts,
  type Guardrails,
  modeFor,
  refusalsOf,
} from '../../src/reroute/guardrails.ts';
import { proposal } from '../api/harness.ts';

const FACTS: GuardrailFacts = {
  nowMs: 1_000_000,
  automatic: true,
  planned: false,
  totalBps: 1e10,
  busy: 0,
  lastHour: 0,
  harmedAtMs: null,
};
const WINDOW = { fromMs: 999_000, toMs: 1_001_000, reason: 'year end' };
const LATER = { fromMs: 2_000_000, toMs: 3_000_000, reason: 'later' };

const rules = (guardrails: Partial<Guardrails>, facts: Partial<GuardrailFacts> = {}): string[] =>
  refusalsOf({ ...DEFAULT_GUARDRAILS, ...guardrails }, proposal('r1'), { ...FACTS, ...facts }).map(({ rule }) => rule);

/** r1 moves 1 of 10 Gbit/s from AB:az to AB2:az and is expected to save 50 Mbit/s. */
describe('guardrails', () => {
  it('let by what nothing stands against', () => {
    expect(rules({})).toEqual([]);
  });

  it.each<[string, Partial<Guardrails>, Partial<GuardrailFacts>]>([
    ['freezeWindows', { freezeWindows: [LATER, WINDOW] }, {}],
    ['changeWindows', { changeWindows: [LATER] }, {}],
    ['protectedLinks', { protectedLinks: ['AB2'] }, {}],
    ['protectedLinks', { protectedLinks: ['AB'] }, {}],
    ['protectedDemands', { protectedDemands: ['d1'] }, {}],
    ['maxAtOnce', { maxAtOnce: 3 }, { busy: 3 }],
  ])('%s holds everybody back', (rule, guardrails, facts) => {
    expect(rules(guardrails, facts)).toEqual([rule]);
    expect(rules(guardrails, { ...facts, automatic: false })).toEqual([rule]);
  });

  it.each<[string, Partial<Guardrails>, Partial<GuardrailFacts>]>([
    ['killSwitch', { killSwitch: { atMs: 1, by: 'anna', reason: 'storm' } }, {}],
    ['maxMovedShare', { maxMovedShare: 0.09 }, {}],
    ['maxPerHour', { maxPerHour: 2 }, { lastHour: 2 }],
    ['minGainBps', { minGainBps: 6e7 }, {}],
    ['holdDownSeconds', { holdDownSeconds: 60 }, { harmedAtMs: 941_000 }],
  ])('%s holds back what nobody asked for', (rule, guardrails, facts) => {
    expect(rules(guardrails, facts)).toEqual([rule]);
    expect(rules(guardrails, { ...facts, automatic: false })).toEqual([]);
  });

  it('end where they say', () => {
    expect(rules({ freezeWindows: [{ ...WINDOW, toMs: FACTS.nowMs }] })).toEqual([]);
    expect(rules({ changeWindows: [LATER, WINDOW] })).toEqual([]);
    expect(rules({ maxAtOnce: 3 }, { busy: 2 })).toEqual([]);
    expect(rules({ maxMovedShare: 0.1 })).toEqual([]);
    expect(rules({ holdDownSeconds: 60 }, { harmedAtMs: 940_000 })).toEqual([]);
    expect(rules({ minGainBps: 6e7 }, { planned: true })).toEqual([]);
    expect(rules({ protectedLinks: ['BC'], protectedDemands: ['d2'] })).toEqual([]);
  });

  it('take the mode of the first scope that holds all links of the cause, and none while the kill switch is set', () => {
    const mode = (guardrails: Partial<Guardrails>, configured: 'auto' | 'manual' = 'manual') =>
      modeFor({ ...DEFAULT_GUARDRAILS, ...guardrails }, configured, proposal('r1'));
    expect(mode({})).toBe('manual');
    expect(mode({}, 'auto')).toBe('auto');
    expect(mode({ mode: 'manual' }, 'auto')).toBe('manual');
    expect(mode({ scopes: [{ links: ['AB', 'BC'], mode: 'auto' }] })).toBe('auto');
    expect(mode({ scopes: [{ links: ['BC'], mode: 'auto' }] })).toBe('manual');
    expect(mode({ mode: 'auto', killSwitch: { atMs: 1, by: 'a', reason: 'r' } }, 'auto')).toBe('manual');
  });
});
