import { type Measure, measure } from '../harness.ts';
import type { JudgedChange } from './harmful.ts';
import { type LoopResult, shareOfOracle } from './run.ts';

const SHARE = { must: 0.8, aim: 0.95 } as const;
const HARMFUL = { must: 0, aim: 0 } as const;
const BIT_PER_TBIT = 1e12;
const ARMS = ['igp', 'detour', 'oracle'] as const;

/** The figures of a run, by scenario. */
export function measuresOfLoop(scenario: string, result: LoopResult): Measure[] {
  const { changes, beaten, samples, offeredBit, seconds } = result;
  const left = samples.reduce(
    (all, { oracleBps, leastBps }) => ({ oracleBps: all.oracleBps + oracleBps, leastBps: all.leastBps + leastBps }),
    { oracleBps: 0, leastBps: 0 },
  );
  const figure = (metric: string, value: number, unit: string, bound: { must?: number; aim?: number } = {}) =>
    measure({ bench: 'closed-loop', metric: `${scenario}-${metric}`, value, unit, better: 'lower', ...bound });
  const harmful = changes.filter(({ isHarmful }) => isHarmful);
  const share = shareOfOracle(result);
  return [
    measure({
      ...{ bench: 'closed-loop', metric: `${scenario}-share-of-oracle`, value: share, unit: 'ratio' },
      ...{ better: 'higher', ...SHARE },
    }),
    measure({
      ...{ bench: 'closed-loop', metric: `${scenario}-share-but-for-convergence`, unit: 'ratio', better: 'higher' },
      value: shareOfOracle(result.settled),
    }),
    figure('days', seconds / 86_400, 'd'),
    figure('offered', offeredBit / BIT_PER_TBIT, 'Tbit'),
    ...ARMS.flatMap((arm) => [
      figure(`${arm}-lost`, result[arm].lostBit / BIT_PER_TBIT, 'Tbit'),
      figure(`${arm}-overload`, result[arm].overBit / BIT_PER_TBIT, 'Tbit'),
    ]),
    figure('changes', changes.length + result.unjudged, 'changes'),
    figure('changes-judged', changes.length, 'changes'),
    figure('returns', changes.filter(({ kind }) => kind === 'return').length, 'changes'),
    figure('harmful', harmful.length, 'changes', HARMFUL),
    figure('harmful-by-later-faults', harmful.filter(({ laterShare }) => laterShare >= 0.5).length, 'changes'),
    figure('harm-of-harmful', -gainOf(harmful) / BIT_PER_TBIT, 'Tbit'),
    figure('gain-of-others', gainOf(changes.filter(({ isHarmful }) => !isHarmful)) / BIT_PER_TBIT, 'Tbit'),
    figure('oracle-beaten', beaten.bit / BIT_PER_TBIT, 'Tbit'),
    figure('oracle-samples', samples.length, 'segments'),
    figure('oracle-above-least', left.oracleBps / left.leastBps - 1, 'ratio'),
    ...Object.entries(result.excess.byKind).map(([kind, bit]) => figure(`excess-${kind}`, bit / BIT_PER_TBIT, 'Tbit')),
    figure('plans', result.plans, 'plans'),
    figure('events', result.events, 'events'),
    figure(
      'processor-time',
      Object.entries(result.cpuSeconds).reduce((all, [name, value]) => all + (name === 'plans' ? 0 : value), 0),
      's',
    ),
  ];
}

/** What changes have averted over their 30 minutes, bit; of harmless ones a lower bound. */
function gainOf(changes: readonly JudgedChange[]): number {
  return changes.reduce((all, { gainBit }) => all + gainBit, 0);
}

/** What explains the figures, for people. */
export function linesOf({ excess, changes, cpuSeconds, ticks, fineTicks }: LoopResult): string[] {
  const tbit = (bit: number): string => `${(bit / BIT_PER_TBIT).toPrecision(3)} Tbit`;
  const harmful = changes.filter(({ isHarmful }) => isHarmful).toSorted((x, y) => x.gainBit - y.gainBit);
  return [
    `${ticks} samples an interface, ${fineTicks} of them of one second`,
    `processor time ${Object.entries(cpuSeconds)
      .map(([name, value]) => `${name} ${value.toFixed(1)} s`)
      .join(', ')}`,
    ...excess.byFaults.map(([what, bit]) => `more than the oracle, ${what}: ${tbit(bit)}`),
    ...excess.worst.map(
      ({ minute, excessBit, faults, proposals, kinds }) =>
        `minute ${minute}: ${tbit(excessBit)} more than the oracle; ${JSON.stringify(kinds)}; ${faults.join(', ')}; ` +
        proposals.join('; '),
    ),
    ...harmful
      .slice(0, 20)
      .map(
        ({ at, kind, proposalId, demands, gainBit, laterShare }) =>
          `harmful: ${kind} ${proposalId} at ${at} s, ${demands} demands, ${tbit(-gainBit)} worse than without, ` +
          `${(100 * laterShare).toFixed(0)} % under later faults`,
      ),
  ];
}
