import type { PlanLimits } from '../../../src/reroute/plan.ts';
import { DEFAULT_STABILITY } from '../../../src/reroute/stability/settings.ts';
import type { Demand } from '../../../topology/model.ts';
import { type Bench, type Measure, measure } from '../harness.ts';
import { benchNetworks, scaleToMlu } from '../networks.ts';
import { detour, igpOnly, replanned } from '../replay/arms.ts';
import { type ArmTotals, replay } from '../replay/run.ts';

const LIMITS: PlanLimits = {
  utilisationLimit: 0.8,
  holdMargin: 0.05,
  holdMs: 30_000,
  maxStaleShare: 0.1,
  maxDemandAgeMs: 600_000,
  stability: DEFAULT_STABILITY,
};

/** Highest utilisation of the undisturbed network under the heaviest matrix. */
const PEAKS = [0.7, 0.8, 0.9, 0.95] as const;
const QUICK_SEEDS = 3;
const FULL_SEEDS = 10;

/** How much of the benefit of planning anew each step is kept, with how many of its moves. */
export const bench: Bench = {
  name: 'replay',
  summary: "B4's 200 matrices as 5-minute steps with faults: benefit kept and moves against replanning each step",
  async *run({ full, signal }) {
    const b4 = (await benchNetworks()).find(({ family }) => family === 'b4');
    if (!b4) {
      process.stderr.write('replay: the reference data of B4 is not there; nothing was measured\n');
      yield* shares('all', []);
      return;
    }
    const runs: Totals[] = [];
    for (const peak of PEAKS) {
      const matrices = scaledTo(b4.network, b4.matrices, peak);
      const mine: Totals[] = [];
      for (let seed = 1; seed <= (full ? FULL_SEEDS : QUICK_SEEDS) && !signal.aborted; seed += 1) {
        mine.push(replay(b4.network, matrices, seed, LIMITS, [igpOnly(), replanned(), detour()]));
      }
      runs.push(...mine);
      yield* shares(`peak-${peak * 100}`, mine);
    }
    yield* shares('all', runs, { benefit: { must: 0.9, aim: 0.95 }, moves: { must: 0.25, aim: 0.1 } });
  },
};

type Totals = ReadonlyMap<string, ArmTotals>;
type Bound = { readonly must?: number; readonly aim?: number };

function shares(name: string, runs: readonly Totals[], bounds: { benefit?: Bound; moves?: Bound } = {}): Measure[] {
  const sum = (arm: string, pick: (totals: ArmTotals) => number): number =>
    runs.reduce((total, run) => total + pick(run.get(arm) as ArmTotals), 0);
  const benefit = (arm: string): number => sum('igp', (one) => one.harmBit) - sum(arm, (one) => one.harmBit);
  const moves = (arm: string): number => sum(arm, (one) => one.moves);
  const moved = (arm: string): number => sum(arm, (one) => one.movedBps);
  const report = (metric: string, value: number, unit: string, better: 'lower' | 'higher', bound: Bound = {}) =>
    measure({ bench: 'replay', metric: `${name}-${metric}`, value, unit, better, ...bound });
  return [
    report('benefit-kept', benefit('detour') / benefit('replan'), 'ratio', 'higher', bounds.benefit),
    report('moves-share', moves('detour') / moves('replan'), 'ratio', 'lower', bounds.moves),
    report('moved-traffic-share', moved('detour') / moved('replan'), 'ratio', 'lower'),
    report('replan-moves', moves('replan'), 'demands', 'lower'),
    report('detour-moves', moves('detour'), 'demands', 'lower'),
    report('igp-harm', sum('igp', (one) => one.harmBit) / 1e15, 'Pbit', 'lower'),
    report('replan-harm', sum('replan', (one) => one.harmBit) / 1e15, 'Pbit', 'lower'),
    report('detour-harm', sum('detour', (one) => one.harmBit) / 1e15, 'Pbit', 'lower'),
  ];
}

/** All matrices by one factor, so that the heaviest loads the undisturbed network to this utilisation. */
function scaledTo(
  network: Parameters<typeof scaleToMlu>[0],
  matrices: readonly (readonly Demand[])[],
  peak: number,
): Demand[][] {
  const factor = Math.min(
    ...matrices.map((matrix) => (scaleToMlu(network, matrix, peak)[0]?.bps ?? 0) / (matrix[0]?.bps ?? 1)),
  );
  return matrices.map((matrix) => matrix.map((demand) => ({ ...demand, bps: demand.bps * factor })));
}
