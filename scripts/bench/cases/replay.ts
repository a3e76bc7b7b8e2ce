import type { PlanLimits } from '../../../src/reroute/plan.ts';
import { DEFAULT_STABILITY } from '../../../src/reroute/stability/settings.ts';
import type { Demand, Network } from '../../../topology/model.ts';
import { type Bench, type Measure, measure } from '../harness.ts';
import { benchNetworks, scaleToMlu } from '../networks.ts';
import { detour, igpOnly, replanned } from '../replay/arms.ts';
import { type ArmTotals, replay } from '../replay/run.ts';
import { FAULT_KINDS, type FaultKind } from '../replay/timeline.ts';

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
/** From what flaps alone do to faults of every kind; of those that do not come back half of the moves is the least. */
const MIXES: Readonly<Record<string, readonly FaultKind[]>> = {
  flaps: ['flapping'],
  'flaps-cuts': ['flapping', 'cut'],
  'all-faults': FAULT_KINDS,
};
const BOUNDS = { benefit: { must: 0.9, aim: 0.95 }, moves: { must: 0.25, aim: 0.1 } };
const QUICK_SEEDS = 3;
const FULL_SEEDS = 10;

/** How much of the benefit of planning anew each step is kept, with how many of its moves. */
export const bench: Bench = {
  name: 'replay',
  summary: "B4's 200 matrices as 5-minute steps with faults: benefit kept and moves against replanning each step",
  async *run({ full, flags, signal }) {
    const b4 = (await benchNetworks(flags.data)).find(({ family }) => family === 'b4');
    if (!b4) {
      process.stderr.write('replay: the reference data of B4 is not there; nothing was measured\n');
      yield* shares('flaps', [], BOUNDS);
      return;
    }
    const seeds = Array.from({ length: full ? FULL_SEEDS : QUICK_SEEDS }, (_, at) => at + 1);
    for (const [mix, kinds] of Object.entries(MIXES)) {
      const runs: Totals[] = [];
      for (const peak of PEAKS) {
        const matrices = scaledTo(b4.network, b4.matrices, peak);
        const mine = seeds.map((seed) => play(b4.network, matrices, { seed, kinds }));
        runs.push(...mine);
        yield* shares(`${mix}-peak-${peak * 100}`, mine);
        if (signal.aborted) return;
      }
      yield* shares(mix, runs, BOUNDS);
      yield* amounts(mix, runs);
    }
  },
};

type Totals = ReadonlyMap<string, ArmTotals>;
type Bound = { readonly must?: number; readonly aim?: number };

function play(network: Network, matrices: Demand[][], faults: Parameters<typeof replay>[2]): Totals {
  return replay(network, matrices, faults, LIMITS, [igpOnly(), replanned(), detour()]);
}

function shares(name: string, runs: readonly Totals[], bounds: { benefit?: Bound; moves?: Bound } = {}): Measure[] {
  const ratio = (metric: string, value: number, better: 'lower' | 'higher', bound: Bound = {}) =>
    measure({ bench: 'replay', metric: `${name}-${metric}`, value, unit: 'ratio', better, ...bound });
  const harm = (arm: string): number => total(runs, arm, 'harmBit');
  const share = (what: 'moves' | 'movedBps'): number => total(runs, 'detour', what) / total(runs, 'replan', what);
  const kept = (harm('igp') - harm('detour')) / (harm('igp') - harm('replan'));
  return [
    ratio('benefit-kept', kept, 'higher', bounds.benefit),
    ratio('moves-share', share('moves'), 'lower', bounds.moves),
    ratio('moved-traffic-share', share('movedBps'), 'lower'),
  ];
}

/** What the shares are shares of. */
function amounts(name: string, runs: readonly Totals[]): Measure[] {
  const report = (metric: string, value: number, unit: string) =>
    measure({ bench: 'replay', metric: `${name}-${metric}`, value, unit, better: 'lower' });
  const arms = ['igp', 'replan', 'detour'];
  return [
    ...arms.map((arm) => report(`${arm}-harm`, total(runs, arm, 'harmBit') / 1e15, 'Pbit')),
    ...arms.slice(1).map((arm) => report(`${arm}-moves`, total(runs, arm, 'moves'), 'demands')),
  ];
}

function total(runs: readonly Totals[], arm: string, what: keyof ArmTotals): number {
  return runs.reduce((sum, run) => sum + (run.get(arm) as ArmTotals)[what], 0);
}

/** All matrices by one factor, so that the heaviest loads the undisturbed network to this utilisation. */
function scaledTo(network: Network, matrices: readonly (readonly Demand[])[], peak: number): Demand[][] {
  const factor = Math.min(
    ...matrices.map((matrix) => (scaleToMlu(network, matrix, peak)[0]?.bps ?? 0) / (matrix[0]?.bps ?? 1)),
  );
  return matrices.map((matrix) => matrix.map((demand) => ({ ...demand, bps: demand.bps * factor })));
}
