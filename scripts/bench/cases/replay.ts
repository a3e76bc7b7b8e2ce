import type { PlanLimits } from '../../../src/reroute/plan.ts';
import { DEFAULT_STABILITY } from '../../../src/reroute/stability/settings.ts';
import type { Demand } from '../../../topology/model.ts';
import { type Bench, type Measure, measure } from '../harness.ts';
import { type BenchNetwork, benchNetworks } from '../networks.ts';
import { detour, igpOnly, replanned } from '../replay/arms.ts';
import { type ArmTotals, replay } from '../replay/run.ts';
import { scaledTo, trafficSeries } from '../replay/series.ts';
import { FAULT_KINDS, type FaultKind } from '../replay/timeline.ts';

const LIMITS: PlanLimits = {
  utilisationLimit: 0.8,
  holdMargin: 0.05,
  holdMs: 30_000,
  maxStaleShare: 0.1,
  maxDemandAgeMs: 600_000,
  stability: DEFAULT_STABILITY,
};

const STEPS = 200;
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
/** Others, on traffic made for them: what serves B4 alone would be no good. */
const OTHERS = ['abilene', 'nsfnet'];
const OTHER_PEAKS = [0.8, 0.95] as const;

/** How much of the benefit of planning anew each step is kept, with how many of its moves. */
export const bench: Bench = {
  name: 'replay',
  summary: "B4's 200 matrices as 5-minute steps with faults: benefit kept and moves against replanning each step",
  async *run({ full, flags, signal }) {
    const networks = await benchNetworks(flags.data);
    const b4 = networks.find(({ family }) => family === 'b4');
    const others = flags.networks?.split(',') ?? OTHERS;
    if (b4 && flags.networks === undefined) {
      for (const [mix, kinds] of Object.entries(MIXES)) yield* series(b4, mix, { kinds, peaks: PEAKS, full, signal });
    } else if (!b4) {
      process.stderr.write('replay: the reference data of B4 is not there; nothing was measured on it\n');
      yield* shares('flaps', [], BOUNDS);
    }
    for (const network of networks.filter(({ name }) => others.includes(name))) {
      for (const [mix, kinds] of Object.entries(MIXES)) {
        yield* series(network, mix, { kinds, peaks: OTHER_PEAKS, full, signal });
      }
    }
  },
};

interface SeriesOptions {
  readonly kinds: readonly FaultKind[];
  readonly peaks: readonly number[];
  readonly full: boolean;
  readonly signal: AbortSignal;
}

/** One network with one mix of faults: B4 by load and against the bounds, others in sum. */
function* series(network: BenchNetwork, mix: string, { kinds, peaks, full, signal }: SeriesOptions) {
  const isAsked = network.family === 'b4';
  const name = isAsked ? mix : `${network.name.toLowerCase().replace('/', '-')}-${mix}`;
  const matrices = trafficSeries(network, STEPS);
  const seeds = Array.from({ length: full ? FULL_SEEDS : isAsked ? QUICK_SEEDS : 1 }, (_, at) => at + 1);
  const runs: Totals[] = [];
  for (const peak of peaks) {
    const scaled = scaledTo(network, matrices, peak);
    const mine = seeds.map((seed) => play(network, scaled, { seed, kinds }));
    runs.push(...mine);
    if (isAsked) yield* shares(`${name}-peak-${peak * 100}`, mine);
    if (signal.aborted) return;
  }
  yield* shares(name, runs, isAsked ? BOUNDS : {});
  yield* amounts(name, runs);
}

type Totals = ReadonlyMap<string, ArmTotals>;
type Bound = { readonly must?: number; readonly aim?: number };

function play({ network }: BenchNetwork, matrices: Demand[][], faults: Parameters<typeof replay>[2]): Totals {
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
