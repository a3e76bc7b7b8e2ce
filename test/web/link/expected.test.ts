import { describe, expect, it } from 'vitest';
import type { LinkForecast } from '../../../src/api/schemas/screen.ts';
import { axisEndMs, methodsOf, withExpected } from '../../../src/web/screens/link/expected.ts';
import type { Panel } from '../../../src/web/screens/link/series.ts';
import { fullDayOf, peakOf } from '../../../src/web/shared/forecasts.ts';

const HOUR = 3_600_000;
const PANEL: Panel = {
  ...{ id: 'utilisation', title: 'Utilisation', unit: '%', least: 10 },
  series: [{ label: 'a→z', tone: 'first', values: [40, 42, null] }],
};
const arc = (p50s: readonly number[], day: string | null = null) => ({
  ...{ kind: 'arc' as const, id: 'x:az', madeAtMs: 0, atMs: 0 },
  series: [
    {
      ...{ metric: 'utilisation', method: 'daily' as const, modelId: null, reason: 'history is short' },
      points: p50s.map((p50, index) => ({
        ...{ atMs: (index + 1) * HOUR, horizonMs: (index + 1) * HOUR },
        ...{ p10: p50 - 0.1, p50, p90: p50 + 0.1 },
      })),
    },
  ],
  full: { day, growthPerDay: null, daysOfHistory: 3, reason: day === null ? 'it does not grow' : null },
});
const forecast = (az: ReturnType<typeof arc> | null, za: ReturnType<typeof arc> | null = null): LinkForecast => ({
  ...{ linkId: 'x', arcs: { az, za }, unknown: null },
});

describe('what is expected, beside what was', () => {
  const atMs = [-2, -1, 0].map((each) => each * 60_000);

  it('goes on from the last known value, with a band around it', () => {
    const drawn = withExpected({ atMs, panels: [PANEL] }, forecast(arc([0.5, 0.6])));
    expect(drawn.atMs).toEqual([...atMs, HOUR, 2 * HOUR]);
    const { series = [], bands } = drawn.panels[0] ?? {};
    expect(series.map(({ label }) => label)).toEqual(['a→z', 'expected a→z', 'upper', 'lower']);
    expect(series[0]?.values).toEqual([40, 42, null, null, null]);
    expect(series[1]?.values).toEqual([null, 42, null, 50, 60]);
    expect(series[2]?.values.at(-1)).toBeCloseTo(70);
    expect(series[3]?.values.at(-1)).toBeCloseTo(50);
    expect(bands).toEqual([[2, 3]]);
  });

  it('leaves everything as it is where nothing is forecast', () => {
    const drawing = { atMs, panels: [PANEL] };
    expect(withExpected(drawing, null)).toEqual(drawing);
    expect(withExpected(drawing, forecast(null))).toEqual(drawing);
  });

  it('shows no more future than past', () => {
    const six = forecast(arc([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]));
    expect(axisEndMs(six, -HOUR, 0)).toBe(HOUR);
    expect(axisEndMs(six, -24 * HOUR, 0)).toBe(6 * HOUR);
    expect(axisEndMs(null, -HOUR, 0)).toBe(0);
  });

  it('says how it was made, its peak, and the day of the direction that fills first', () => {
    const both = forecast(arc([0.5, 0.9], '2027-03-01'), arc([0.2], '2027-02-01'));
    expect(methodsOf(both)).toEqual(['as at this hour of the days before (history is short)']);
    expect(peakOf(both)).toBe(0.9);
    expect(fullDayOf(both)?.day).toBe('2027-02-01');
    expect(fullDayOf(forecast(arc([0.5])))).toMatchObject({ day: null, reason: 'it does not grow' });
    expect(peakOf(forecast(null))).toBeNull();
    expect(fullDayOf(forecast(null))).toBeNull();
  });
});
