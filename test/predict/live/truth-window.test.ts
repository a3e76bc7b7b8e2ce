import { describe, expect, it } from 'vitest';
import { TruthWindow } from '../../../src/predict/live/truth-window.ts';
import { NETWORK } from '../../api/harness.ts';

const MINUTE_MS = 60_000;
/** A full hour; predictions are made two hours later. */
const BEGIN_MS = 1_700_000_400_000 - (1_700_000_400_000 % 3_600_000);
const SAID = 120;
const links = NETWORK.network.links.map(({ id }) => id);
const [HEALTHY, DOWN] = [0, 3];

/** Eight hours of one link: its state and the points for its status, by minute; null where nothing is known. */
type Minute = readonly [state: number, points: number] | null;

function outcomesOf(past: Readonly<Record<string, (minute: number) => Minute>>, minutes: number) {
  const window = new TruthWindow(NETWORK.network);
  for (const id of links) {
    const of = past[id] ?? (() => [HEALTHY, 0] as const);
    for (const [place, metric] of ['state', 'statusPoints'].entries()) {
      const known = Array.from({ length: 480 }, (_, minute) => [minute, of(minute)] as const).filter(([, it]) => it);
      window.take({
        ...{ kind: 'link', id, metric },
        atMs: Float64Array.from(known, ([minute]) => BEGIN_MS + minute * MINUTE_MS),
        values: Float64Array.from(known, ([, minute]) => minute?.[place] as number),
      });
    }
  }
  const found = window.outcomes(BEGIN_MS + SAID * MINUTE_MS, minutes);
  return Object.fromEntries(links.map((id, at) => [id, found?.[at]]));
}

describe('what came of links', () => {
  it('is a failure, or none, within the horizon', () => {
    const fails = (at: number) => (minute: number) => (minute >= at ? ([DOWN, 100] as const) : ([HEALTHY, 0] as const));
    const found = outcomesOf({ AB: fails(SAID + 20), BC: fails(SAID + 45) }, 30);
    expect(found).toMatchObject({ AB: 1, BC: 0, AD: 0 });
    expect(outcomesOf({ AB: fails(SAID + 20), BC: fails(SAID + 45) }, 60)).toMatchObject({ AB: 1, BC: 1, AD: 0 });
  });

  it('is not known of a link that its operator shut within the horizon, and is known of one shut later', () => {
    // Down without points for its status: shut on purpose.
    const shut =
      (from: number, to = 480) =>
      (minute: number) =>
        minute >= from && minute < to ? ([DOWN, 0] as const) : ([HEALTHY, 0] as const);
    const found = outcomesOf({ AB: shut(SAID + 10, SAID + 20), BC: shut(SAID + 40), AD: shut(SAID - 5, SAID + 5) }, 30);
    expect(found).toMatchObject({ AB: Number.NaN, BC: 0, AD: Number.NaN, DC: 0 });
  });

  it('is known of a link that failed before it was shut', () => {
    const both = (minute: number): Minute => {
      if (minute < SAID + 10) return [HEALTHY, 0];
      return minute < SAID + 20 ? [DOWN, 100] : [DOWN, 0];
    };
    expect(outcomesOf({ AB: both }, 30)).toMatchObject({ AB: 1 });
  });

  it('is not known where more than a tenth of the minutes are not', () => {
    const silent = (minutes: number) => (minute: number) =>
      minute > SAID && minute <= SAID + minutes ? null : ([HEALTHY, 0] as const);
    expect(outcomesOf({ AB: silent(2), BC: silent(4) }, 30)).toMatchObject({ AB: 0, BC: Number.NaN });
  });
});
