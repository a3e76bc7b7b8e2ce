import { describe, expect, it } from 'vitest';
import { compare } from '../../../src/reroute/closed-loop/compare.ts';
import type { ArcFigure } from '../../../src/reroute/execution.ts';

/** 40 bit/s go from `old:az`, which lost 5 % of them, to `new:az`; arcs may carry 80 each. */
function figure(arc: string, more: Partial<ArcFigure> = {}): ArcFigure {
  const isOld = arc.startsWith('old');
  return {
    arc,
    beforeBps: isOld ? 40 : 1,
    predictedBps: isOld ? 0 : 41,
    measuredBps: isOld ? 0 : 41,
    lossBefore: isOld ? 0.05 : 0,
    lossAfter: 0,
    latencyBeforeMs: 10,
    latencyAfterMs: 10,
    ...more,
  };
}

function verdict(arcs: readonly ArcFigure[], isDue = true) {
  const { verdict: is, reason } = compare({ arcs, allowedBps: () => 80, movedBps: 40, nowMs: 0, isDue });
  return { is, reason };
}

describe('what is measured after a change, against before', () => {
  it('is as predicted once it is due and nothing is worse', () => {
    const arcs = [figure('old:az'), figure('new:az')];
    expect(verdict(arcs, false).is).toBe('pending');
    expect(verdict(arcs)).toMatchObject({ is: 'as-predicted', reason: expect.stringContaining('2 measured arc(s)') });
    expect(compare({ arcs, allowedBps: () => 80, movedBps: 40, nowMs: 0, isDue: true }).loadError).toBe(0);
  });

  it('is worse where a sabotaged way was idle before, so that nothing was known of its loss', () => {
    const way = figure('new:az', { lossBefore: null, lossAfter: 0.3 });
    expect(verdict([figure('old:az'), way], false)).toMatchObject({
      is: 'worse',
      reason: expect.stringContaining('is lost on the arcs concerned'),
    });
    // Of what it may have lost before, no more than all it carried is made allowance for.
    const busy = figure('new:az', { lossBefore: null, lossAfter: 0.3, beforeBps: 100, predictedBps: 140 });
    expect(verdict([figure('old:az'), busy]).is).toBe('as-predicted');
  });

  it('is better where less is lost in all, and worse where more is', () => {
    const losing = (lossAfter: number) => verdict([figure('old:az'), figure('new:az', { lossAfter })]).is;
    expect(losing(0.04)).toBe('as-predicted');
    expect(losing(0.06)).toBe('worse');
  });

  it('is not to blame for what the old way loses more of what is left on it: that would be lost of all of it', () => {
    const grown = (more: Partial<ArcFigure>) =>
      verdict([figure('old:az', { predictedBps: 20, measuredBps: 20, lossAfter: 0.3, ...more }), figure('new:az')]).is;
    expect(grown({})).toBe('as-predicted');
    // More than before on it, and more lost, is what a sabotaged change looks like.
    expect(grown({ measuredBps: 60 })).toBe('worse');
    expect(grown({ predictedBps: 60 })).toBe('worse');
  });

  it('may lose what its new way was known to lose: the plan chose that against an overload', () => {
    const full = figure('old:az', { beforeBps: 90, predictedBps: 50, measuredBps: 50, lossBefore: 0 });
    const onto = (lossBefore: number) => verdict([full, figure('new:az', { lossBefore, lossAfter: 0.01 })]).is;
    expect(onto(0.01)).toBe('as-predicted');
    expect(onto(0)).toBe('worse');
  });

  it('still counts what the old way lost, when that one is not measured any more', () => {
    const gone = figure('old:az', { measuredBps: null, lossAfter: null });
    expect(verdict([gone, figure('new:az', { lossAfter: 0.04 })]).is).toBe('as-predicted');
    expect(verdict([gone, figure('new:az', { lossAfter: 0.06 })]).is).toBe('worse');
  });

  it('is worse where an arc is fuller than it may be and none was before', () => {
    const overfull = (measuredBps: number) => verdict([figure('old:az'), figure('new:az', { measuredBps })]).is;
    expect(overfull(82)).toBe('as-predicted');
    expect(overfull(83)).toBe('worse');
    const relieved = figure('old:az', { beforeBps: 90, predictedBps: 50, measuredBps: 50 });
    expect(verdict([relieved, figure('new:az', { measuredBps: 85 })]).is).toBe('as-predicted');
  });

  it('is worse where a way that got traffic is slower by half and by 20 ms', () => {
    const slow = (arc: string, latencyAfterMs: number, latencyBeforeMs: number) =>
      verdict([figure('old:az'), figure('new:az'), figure(arc, { latencyAfterMs, latencyBeforeMs })]).is;
    expect(slow('new2:az', 29, 10)).toBe('as-predicted');
    expect(slow('new2:az', 31, 10)).toBe('worse');
    expect(slow('new2:az', 125, 100)).toBe('as-predicted');
    expect(slow('old2:az', 500, 10)).toBe('as-predicted');
  });

  it('is unmeasured where nothing is, and not before it is due', () => {
    const dark = [figure('old:az'), figure('new:az')].map((arc) => ({ ...arc, measuredBps: null, lossAfter: null }));
    expect(verdict(dark, false).is).toBe('pending');
    expect(verdict(dark).is).toBe('unmeasured');
  });
});
