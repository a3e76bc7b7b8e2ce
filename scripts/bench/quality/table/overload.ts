import { percentile } from '../../harness.ts';
import { ALL_MOVABLE_NODES, ORACLE_NODES } from '../contest.ts';
import type { Outcome } from '../record.ts';
import { ARMS, type Arm, type Contested, cases, type Judged, type Row, shareOf } from './judged.ts';

const NAMES = Object.keys(ARMS) as Arm[];

/** Contested cases in which the optimum has no overload, and who has some nevertheless. */
export function overloaded(contested: readonly Contested[]): Row[] {
  const free = contested.filter(({ outcome }) => outcome.optimum.overloadBps <= outcome.floorBps);
  return [
    cases('optimum-without-overload', free),
    ...NAMES.map((arm): Row => {
      const asked = free.filter(({ outcome }) => ARMS[arm](outcome));
      return {
        metric: `${arm}overloaded-though-avoidable`,
        value: shareOf(asked, ({ outcome }) => isOver(outcome, ARMS[arm](outcome)?.overloadBps)),
        unit: 'share',
        better: 'lower',
        ...(arm === '' ? { must: 0.01, aim: 0 } : {}),
      };
    }),
  ];
}

/** Cases in which only demands that are not affected make it possible to be without overload. */
export function others(judged: readonly Judged[]): Row[] {
  const rows = (suffix: string, list: readonly Judged[]): Row[] => {
    const asked = list.filter(({ outcome }) => isOver(outcome, outcome.affectedOverloadBps) && outcome.allMovable);
    const possible = asked.filter(({ outcome }) => !isOver(outcome, outcome.allMovable?.overloadBps));
    return [
      cases(`still-overloaded-asked${suffix}`, asked, { better: 'lower' }),
      cases(`avoidable-only-by-others${suffix}`, possible),
      {
        metric: `avoidable-only-by-others-fixed${suffix}`,
        value: shareOf(possible, ({ outcome }) => !isOver(outcome, outcome.ours.overloadBps)),
        unit: 'share',
        better: 'higher',
      },
    ];
  };
  const small = judged.filter(({ nodes }) => nodes <= ALL_MOVABLE_NODES);
  const large = judged.filter(({ nodes }) => nodes > ALL_MOVABLE_NODES && nodes <= ORACLE_NODES);
  const asked = judged.filter(({ outcome }) => outcome.allMovable && outcome.standing === 'contested');
  return [
    ...rows('', small),
    ...rows('-51-to-200-nodes', large),
    cases('all-movable-asked', asked),
    cases(
      'all-movable-asked-51-to-200-nodes',
      asked.filter(({ nodes }) => nodes > ALL_MOVABLE_NODES),
    ),
    {
      metric: 'mlu-over-all-movable-p50',
      value: percentile(
        asked.map(({ outcome }) => outcome.ours.mlu / (outcome.allMovable?.mlu ?? Number.NaN)),
        0.5,
      ),
      unit: 'ratio',
      better: 'lower',
    },
  ];
}

function isOver({ floorBps }: Outcome, overloadBps: number | null | undefined): boolean {
  return (overloadBps ?? 0) > floorBps;
}

/** Overload that was avoided, as a share of what the optimum avoids over the IGP alone; summed over the cases. */
export function avoided(contested: readonly Contested[]): Row[] {
  const possible = contested.filter(({ outcome }) => canAvoid(outcome) > outcome.floorBps);
  return [
    cases('overload-avoidable', possible),
    // The IGP is what is compared with, and where nothing is done lost traffic is no overload that was avoided.
    ...(['', 'naive-'] as const).map((arm): Row => {
      const asked = possible.filter(({ outcome }) => ARMS[arm](outcome));
      const sum = (of: (outcome: Outcome & Contested['outcome']) => number): number =>
        asked.reduce((total, { outcome }) => total + of(outcome), 0);
      return {
        metric: `${arm}overload-avoided`,
        value: sum((outcome) => didAvoid(outcome, arm)) / sum(canAvoid),
        unit: 'share',
        better: 'higher',
        ...(arm === '' ? { must: 0.97, aim: 0.995 } : {}),
      };
    }),
    {
      metric: 'overload-avoided-mean-of-cases',
      value:
        possible.reduce((sum, { outcome }) => sum + didAvoid(outcome, '') / canAvoid(outcome), 0) / possible.length,
      unit: 'share',
      better: 'higher',
    },
    {
      metric: 'overload-avoided-worst-case',
      value: percentile(
        possible.map(({ outcome }) => didAvoid(outcome, '') / canAvoid(outcome)),
        0,
      ),
      unit: 'share',
      better: 'higher',
    },
  ];
}

function canAvoid({ igp, optimum }: Contested['outcome']): number {
  return igp.overloadBps - optimum.overloadBps;
}

function didAvoid(outcome: Outcome, arm: Arm): number {
  return outcome.igp.overloadBps - (ARMS[arm](outcome)?.overloadBps ?? Number.NaN);
}
