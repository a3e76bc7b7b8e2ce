import { describe, expect, it } from 'vitest';
import { leastHarmBps } from '../../../scripts/bench/closed-loop/bound.ts';
import { Carrier, type Routes } from '../../../scripts/bench/closed-loop/carrier.ts';
import type { Piece, RouteChange } from '../../../scripts/bench/closed-loop/detour-arm.ts';
import { FewDemands } from '../../../scripts/bench/closed-loop/few-demands.ts';
import { HarmJudge, WINDOW_SECONDS } from '../../../scripts/bench/closed-loop/harmful.ts';
import { OracleArm } from '../../../scripts/bench/closed-loop/oracle-arm.ts';
import type { ClosedLoopWorld, Segment } from '../../../scripts/bench/closed-loop/world.ts';
import { loadHighs } from '../../../scripts/bench/oracle/load.ts';
import { LIMIT, lossy, pathBy, square } from './square.ts';

const NONE: Routes = new Map();

function judgeOf(world: ClosedLoopWorld): HarmJudge {
  return new HarmJudge(new Carrier(world, LIMIT, new Float64Array(world.graph.arcCount)), new FewDemands(world, LIMIT));
}

/** One change at second 0 on a world that stays as it is for the whole window. */
function judged(world: ClosedLoopWorld, segment: Segment, before: Routes, after: Routes) {
  const carrier = new Carrier(world, LIMIT, new Float64Array(world.graph.arcCount));
  const carried = carrier.carry(segment, after, segment.believedUp);
  const piece: Piece = { segment, from: 0, to: WINDOW_SECONDS, routes: after, carried, isBusy: false };
  const demands = new Map([[0, { before: before.get(0) ?? [], after: after.get(0) ?? [] }]]);
  const change: RouteChange = { at: 0, proposalId: 'r-1', kind: 'set', demands };
  return judgeOf(world).add([piece], [change])[0];
}

describe('harmful changes', () => {
  const world = square();

  it('finds one that leads traffic onto a link that loses', () => {
    const found = judged(world, lossy(world, 'a--b', 0.1), pathBy(world, 'adc'), pathBy(world, 'abc'));
    expect(found?.isHarmful).toBe(true);
    expect(found?.gainBit).toBeCloseTo(-0.1 * 4e9 * WINDOW_SECONDS, -9);
    expect(found?.laterShare).toBe(0);
  });

  it('finds one that takes traffic off a link that loses good', () => {
    const found = judged(world, lossy(world, 'a--b', 0.1), pathBy(world, 'abc'), pathBy(world, 'adc'));
    expect(found?.isHarmful).toBe(false);
  });

  it('takes one that makes no difference for harmless', () => {
    const found = judged(world, lossy(world, 'a--b', 0), pathBy(world, 'abc'), pathBy(world, 'adc'));
    expect(found).toMatchObject({ isHarmful: false, gainBit: 0 });
  });

  it('waits until the window is over', () => {
    const judge = judgeOf(world);
    const segment = lossy(world, 'a--b', 0.1);
    const carried = new Carrier(world, LIMIT, new Float64Array(world.graph.arcCount)).carry(
      segment,
      NONE,
      segment.believedUp,
    );
    const piece: Piece = { segment, from: 0, to: WINDOW_SECONDS - 1, routes: NONE, carried, isBusy: false };
    const change: RouteChange = { at: 0, proposalId: 'r-1', kind: 'set', demands: new Map() };
    expect(judge.add([piece], [change])).toEqual([]);
    expect(judge.add([{ ...piece, from: piece.to, to: piece.to + 1 }], [])).toHaveLength(1);
  });
});

describe('oracle', () => {
  it('leaves a link that loses where there is another way, and nothing else', () => {
    const world = square();
    const carrier = () => new Carrier(world, LIMIT, new Float64Array(world.graph.arcCount));
    const segment = lossy(world, 'a--b', 0.1);
    const alone = carrier().carry(segment, NONE, segment.believedUp);
    expect(alone.lostBps).toBeCloseTo(0.1 * 4e9, -6);
    const { carried, routes } = new OracleArm(world, LIMIT, carrier()).step(segment);
    expect(carried.lostBps + carried.overBps).toBeLessThan(1e5);
    expect([...routes.keys()]).toEqual([0]);
  });

  it('comes to what has to be left where there is too much for both ways', async () => {
    const world = square();
    const segment = { ...lossy(world, 'a--b', 0), sentBps: Float64Array.from([18e9, 6e9]) };
    const least = leastHarmBps(await loadHighs(), world, segment, LIMIT);
    // 2 Gbit/s more than both ways take at the limit, on two arcs each.
    expect(least).toBeCloseTo(4e9, -3);
    const carrier = new Carrier(world, LIMIT, new Float64Array(world.graph.arcCount));
    const { carried } = new OracleArm(world, LIMIT, carrier).step(segment);
    expect((carried.lostBps + carried.overBps) / least).toBeCloseTo(1, 2);
  });

  it('counts traffic that no way joins', async () => {
    const world = square();
    const segment = lossy(world, 'a--b', 0);
    const plant = { ...segment.plant, linkUp: segment.plant.linkUp.map((up, link) => (link % 2 === 0 ? 0 : up)) };
    expect(leastHarmBps(await loadHighs(), world, { ...segment, plant }, LIMIT)).toBe(4e9);
  });
});
