import { percentile } from '../../harness.ts';
import { CONTESTED } from '../contest.ts';
import { ARMS, type Arm, type Contested, cases, type Judged, type Row, spread } from './judged.ts';

/** Below this nobody would call a network loaded. */
const RELEVANT_MLU = 0.5;

const BOUNDS = {
  p50: { must: 1.005, aim: 1.002 },
  p99: { must: 1.05, aim: 1.02 },
  max: { must: 1.1, aim: 1.05 },
} as const;

/** MLU of each arm against the optimum, on the same cases. */
export function utilisation(contested: readonly Contested[]): Row[] {
  const relevant = contested.filter(({ outcome }) => outcome.optimum.mlu >= RELEVANT_MLU);
  const ratios = (arm: Arm, to: (one: Contested) => number): number[] =>
    relevant.flatMap((one) => {
      const figures = ARMS[arm](one.outcome);
      return figures ? [figures.mlu / to(one)] : [];
    });
  const needy = relevant.filter(({ outcome }) => (outcome.optimum.overTwo ?? 0) > 0);
  const held = needy.filter(({ outcome }) => outcome.optimum.twoPaths);
  return [
    cases('optimum-at-least-half', relevant),
    cases(
      'naive-asked',
      contested.filter(({ outcome }) => outcome.naive),
    ),
    ...(Object.keys(ARMS) as Arm[]).flatMap((arm) =>
      spread(`${arm}mlu-over-optimum-`, ratios(arm, allowedMlu), arm === '' ? BOUNDS : {}),
    ),
    ...spread(
      'mlu-over-lp-',
      ratios('', ({ outcome }) => outcome.optimum.mlu),
    ),
    {
      metric: 'nothing-done-lost-p50',
      value: percentile(
        relevant.map(({ outcome }) => outcome.nothing.lostShare),
        0.5,
      ),
      unit: 'share',
      better: 'lower',
    },
    cases('lp-needs-more-than-two-paths', needy, { better: 'lower' }),
    cases('of-those-solved-with-two', held),
    {
      metric: 'mlu-over-lp-of-those-max',
      value: percentile(
        needy.map(({ outcome }) => outcome.ours.mlu / outcome.optimum.mlu),
        1,
      ),
      unit: 'ratio',
      better: 'lower',
    },
    {
      metric: 'mlu-over-two-path-optimum-max',
      value: percentile(
        held.map((one) => one.outcome.ours.mlu / allowedMlu(one)),
        1,
      ),
      unit: 'ratio',
      better: 'lower',
    },
    ...costs(contested),
    ...byNetwork(relevant),
  ];
}

/**
 * Cases that are not contested because the optimum is the hottest arc that nothing can cool, and the plan is above it
 * nevertheless: they are not in the table, but are no better for that.
 */
export function calm(judged: readonly Judged[]): Row[] {
  const settled = judged.filter(({ outcome }) => outcome.standing === 'calm' && outcome.ours.mlu >= RELEVANT_MLU);
  const ratio = ({ outcome }: Judged) => outcome.ours.mlu / outcome.hottestFixed;
  const above = settled.filter((one) => ratio(one) > CONTESTED);
  return [
    cases('not-contested-at-least-half', settled),
    cases('not-contested-above-optimum', above, { better: 'lower' }),
    {
      metric: 'not-contested-above-optimum-max',
      value: percentile(above.map(ratio), 1),
      unit: 'ratio',
      better: 'lower',
    },
  ];
}

/** Of the optimum; where it needs more new paths than a demand may have, of the optimum with as many as it may. */
function allowedMlu({ outcome }: Contested): number {
  return outcome.optimum.twoPaths?.mlu ?? outcome.optimum.mlu;
}

function costs(contested: readonly Contested[]): Row[] {
  const known = contested.filter(({ outcome }) => (outcome.optimum.cost ?? 0) > 0);
  const ratios = known.map(({ outcome }) => outcome.ours.cost / (outcome.optimum.cost as number));
  const [p50, p90, p99, max] = spread('cost-over-optimum-', ratios);
  const p95: Row = { ...(p50 as Row), metric: 'cost-over-optimum-p95', value: percentile(ratios, 0.95) };
  return [cases('cost-compared', known), ...([p50, p90, p95, p99, max] as Row[])];
}

/** The worst of each network. */
function byNetwork(relevant: readonly Contested[]): Row[] {
  const names = [...new Set(relevant.map(({ network }) => network))];
  return names.map((name) => {
    const own = relevant.filter(({ network }) => network === name);
    const ratios = own.map((one) => one.outcome.ours.mlu / allowedMlu(one));
    const metric = `mlu-over-optimum-max-of-${name.toLowerCase().replace('/', '-')}`;
    return { metric, value: percentile(ratios, 1), unit: 'ratio', better: 'lower' };
  });
}
