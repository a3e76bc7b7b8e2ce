import { describe, expect, it } from 'vitest';
import type { PredictionView, RiskLevel } from '../../../src/api/schemas/screen.ts';
import { reliabilitySentences } from '../../../src/web/screens/risk/reliability.ts';
import { ratedLinks, readRiskFilter, unratedReasons } from '../../../src/web/screens/risk/risk-list.ts';

const view = (linkId: string, probability: number | null, level: RiskLevel | null, leadMs: number | null = null) =>
  ({ linkId, a: `${linkId}-a`, z: 'hub', probability, level, leadMs, unknown: 'it is down' }) as PredictionView;

const VIEWS = [
  view('low', 0.3, 'low', 3_600_000),
  view('down', null, null),
  view('high', 0.7, 'high', 7_200_000),
  view('soon', 0.65, 'high', 900_000),
  view('calm', 0.01, 'minimal'),
];
const ids = (text: string) => ratedLinks(VIEWS, readRiskFilter(new URLSearchParams(text))).map(({ linkId }) => linkId);

describe('links by risk', () => {
  it('puts the likeliest first, or the soonest, and those without a lead last', () => {
    expect(ids('')).toEqual(['high', 'soon', 'low', 'calm']);
    expect(ids('sort=lead')).toEqual(['soon', 'low', 'high', 'calm']);
  });

  it('filters by level and text, and hears nothing that it does not know', () => {
    expect(ids('level=high,nonsense')).toEqual(['high', 'soon']);
    expect(ids('q=CALM-A')).toEqual(['calm']);
    expect(ids('sort=nonsense')).toEqual(ids(''));
  });

  it('counts links that are not rated by the reason', () => {
    expect(
      unratedReasons([...VIEWS, view('x', null, null), { ...view('y', null, null), unknown: 'no model' }]),
    ).toEqual([
      { reason: 'it is down', count: 2 },
      { reason: 'no model', count: 1 },
    ]);
  });
});

describe('how good predictions were', () => {
  const horizon = {
    ...{
      horizonMs: 3_600_000,
      judged: 200,
      cameTrue: 30,
      meanProbability: 0.15,
      brierSkill: 0.3,
      calibrationError: 0.02,
    },
    calibration: [
      { predicted: 0.02, observed: 0.01, count: 150 },
      { predicted: 0.7, observed: 0.68, count: 25 },
      { predicted: 0.95, observed: 1, count: 2 },
    ],
    levels: [
      { level: 'minimal' as const, rated: 150, degraded: 1 },
      { level: 'high' as const, rated: 25, degraded: 17 },
      { level: 'critical' as const, rated: 2, degraded: 2 },
    ],
  };

  it('says what came of links that were rated, with shares only of enough cases', () => {
    expect(reliabilitySentences(horizon)).toEqual([
      'Of links rated 70 %, 68 % failed within 60 min.',
      'Of 2 links rated critical, 2 failed within 60 min: too few to tell.',
      'Of 25 links rated high, 17 failed within 60 min (68 %).',
    ]);
  });

  it('says nothing of what was never rated', () => {
    expect(reliabilitySentences({ ...horizon, calibration: [], levels: [] })).toEqual([]);
  });
});
