import { describe, expect, it } from 'vitest';
import { failuresOf, Labeller, RISK_HORIZONS, SETTLED_MINUTES } from '../../../src/predict/risk/labels.ts';
import { LinkTimeline, PLANNED } from '../../../src/predict/risk/link-timeline.ts';
import { MINUTE, ringNetwork, START_MS } from './world.ts';

const network = ringNetwork(3);
const LENGTH = 1000;

/** A timeline in which link l0 is in given states from given minutes on; the others are healthy. */
function timelineOf(changes: readonly (readonly [minute: number, state: number])[], shutFrom = Infinity) {
  const timeline = new LinkTimeline(network, START_MS, START_MS + LENGTH * MINUTE);
  const atMs = Float64Array.from({ length: LENGTH }, (_, minute) => START_MS + minute * MINUTE);
  const states = Float32Array.from(atMs, (_, minute) => changes.findLast(([from]) => from <= minute)?.[1] ?? 0);
  const points = states.map((state, minute) => (state === 3 && minute < shutFrom ? 100 : 0));
  timeline.add({ kind: 'link', id: 'l0', metric: 'statusPoints', atMs, values: points });
  timeline.add({ kind: 'link', id: 'l0', metric: 'state', atMs, values: states });
  for (const id of ['l1', 'l2']) timeline.add({ kind: 'link', id, metric: 'state', atMs, values: states.map(() => 0) });
  return timeline;
}

const labelAt = (labeller: Labeller, minute: number) => {
  const { counts, within } = labeller.labelsOf(START_MS + minute * MINUTE);
  return [counts[0], ...within.map((own) => own[0])];
};

describe('failures', () => {
  it('begin when a link that worked becomes unhealthy or down, whichever comes first', () => {
    const down = timelineOf([
      [100, 3],
      [110, 0],
    ]); // prettier-ignore
    expect(failuresOf(down)).toEqual([{ link: 0, onset: 100 }]);
    const slow = timelineOf([
      [90, 1],
      [100, 2],
      [105, 3],
      [120, 0],
    ]); // prettier-ignore
    expect(failuresOf(slow)).toEqual([{ link: 0, onset: 100 }]);
  });

  it('go on when the link fails again before it has settled', () => {
    const again = timelineOf([
      [100, 3],
      [110, 0],
      [120, 3],
      [130, 0],
      [130 + SETTLED_MINUTES, 3],
    ]); // prettier-ignore
    expect(failuresOf(again).map(({ onset }) => onset)).toEqual([100, 130 + SETTLED_MINUTES]);
  });

  it('are not planned work', () => {
    const shut = timelineOf(
      [
        [100, 3],
        [200, 0],
      ],
      0,
    ); // prettier-ignore
    expect(shut.stateAt(0, 150)).toBe(PLANNED);
    expect(failuresOf(shut)).toEqual([]);
  });

  it('are found behind a gap in what is known', () => {
    const timeline = timelineOf([
      [100, Number.NaN],
      [120, 3],
    ]); // prettier-ignore
    expect(failuresOf(timeline)).toEqual([{ link: 0, onset: 120 }]);
  });
});

describe('labels', () => {
  const labeller = new Labeller(
    timelineOf(
      [
        [500, 2],
        [510, 0],
        [900, 3],
      ],
      900,
    ),
  ); // prettier-ignore

  it('say within which horizons it fails, from the next minute on', () => {
    expect(RISK_HORIZONS.map(({ minutes }) => minutes)).toEqual([30, 60, 360]);
    expect(labelAt(labeller, 139)).toEqual([1, 0, 0, 0]);
    expect(labelAt(labeller, 140)).toEqual([1, 0, 0, 1]);
    expect(labelAt(labeller, 440)).toEqual([1, 0, 1, 1]);
    expect(labelAt(labeller, 470)).toEqual([1, 1, 1, 1]);
    expect(labelAt(labeller, 499)).toEqual([1, 1, 1, 1]);
  });

  it('count no link that fails, has just failed, or is only degraded', () => {
    expect(labelAt(labeller, 500)[0]).toBe(0);
    expect(labelAt(labeller, 511)[0]).toBe(0);
    expect(labelAt(labeller, 510 + SETTLED_MINUTES)[0]).toBe(1);
    expect(labelAt(new Labeller(timelineOf([[100, 1]])), 200)[0]).toBe(0);
  });

  it('do not call planned work a failure', () => {
    expect(labelAt(labeller, 600).slice(1, 4)).toEqual([0, 0, 0]);
  });

  it('are not known where the horizon reaches beyond what is', () => {
    const calm = new Labeller(timelineOf([]));
    expect(labelAt(calm, LENGTH - 361)).toEqual([1, 0, 0, 0]);
    expect(labelAt(calm, LENGTH - 360)).toEqual([1, 0, 0, Number.NaN]);
    expect(labelAt(labeller, 890)).toEqual([1, 0, 0, Number.NaN]);
    expect(labelAt(calm, LENGTH - 30)).toEqual([1, Number.NaN, Number.NaN, Number.NaN]);
  });
});
