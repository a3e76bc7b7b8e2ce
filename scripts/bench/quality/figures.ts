import { type Measure, type MeasureInput, measure, percentile } from '../harness.ts';
import { floorOf, type Judged } from './judge.ts';
import type { Stratum } from './sample.ts';
import { mluOf } from './situation.ts';

/** Below this nobody would call a network loaded. */
const RELEVANT_MLU = 0.5;

/** Networks up to here have an oracle. */
const SMALL_NODES = 200;

type Row = Omit<MeasureInput, 'bench'>;

/** The table of one base. Contested cases only, where nothing else is said; what was not measured is not ok. */
export function figures(strata: readonly Stratum[], prefix: string): Measure[] {
  const judged = strata.flatMap((stratum) => stratum.judged);
  // Large networks have no optimum to compare with: for them the certificates speak.
  const contested = judged.filter((one) => one.isContested && one.optimum !== null && nodesOf(one) <= SMALL_NODES);
  const rows: Row[] = [
    ...counts(strata, judged),
    ...overloaded(contested),
    ...utilisation(contested),
    ...avoided(contested),
    ...effort(judged),
    ...certificates(judged),
    ...orders(judged),
    ...twoPaths(contested),
  ];
  // What nobody demands and nobody could measure is left out; what is demanded stays, and is not ok.
  const told = rows.filter(({ value, must }) => Number.isFinite(value) || must !== undefined);
  return told.map((row) => measure({ bench: 'quality', ...row, metric: `${prefix}-${row.metric}` }));
}

function counts(strata: readonly Stratum[], judged: readonly Judged[]): Row[] {
  const count = (metric: string, value: number): Row => ({ metric, value, unit: 'cases', better: 'higher' });
  const small = strata.filter(({ network }) => network.network.nodes.length <= SMALL_NODES);
  const contested = (list: readonly Judged[]) => list.filter(({ isContested }) => isContested).length;
  const least = Math.min(...small.map((stratum) => contested(stratum.judged)));
  return [
    count('failures-looked-at', judged.length + strata.reduce((sum, { calm }) => sum + calm, 0)),
    count('cases', judged.length),
    count('contested', contested(judged)),
    count('contested-least-of-a-network', least),
    ...strata.map((stratum) => count(`contested-of-${nameOf(stratum)}`, contested(stratum.judged))),
    count('contested-proven-by-prices', judged.filter(({ isContested, isProven }) => isContested && isProven).length),
    { ...count('oracle-timeouts', judged.filter(({ isTimedOut }) => isTimedOut).length), better: 'lower' },
    {
      ...count('affected-differ', judged.filter(({ sameAffected }) => !sameAffected).length),
      better: 'lower',
      must: 0,
    },
    {
      ...count('refused-by-verify', judged.filter(({ refused }) => refused !== null).length),
      better: 'lower',
      must: 0,
    },
  ];
}

function nameOf({ network }: Stratum): string {
  return network.name.toLowerCase().replace('/', '-');
}

/** Cases in which the optimum has no overload, and who has some nevertheless. */
function overloaded(contested: readonly Judged[]): Row[] {
  const free = contested.filter((one) => (one.optimum?.overloadBps ?? Infinity) <= floor(one));
  const share = (list: readonly Judged[], bps: (one: Judged) => number) =>
    list.length === 0 ? Number.NaN : list.filter((one) => bps(one) > floor(one)).length / list.length;
  const asked = free.filter(({ naive }) => naive !== null);
  const onlyAll = contested.filter(
    (one) =>
      (one.optimum?.overloadBps ?? 0) > floor(one) && one.allMovableBps !== null && one.allMovableBps <= floor(one),
  );
  const row = (metric: string, value: number): Row => ({ metric, value, unit: 'share', better: 'lower' });
  return [
    { metric: 'optimum-without-overload', value: free.length, unit: 'cases', better: 'higher' },
    {
      ...row(
        'overloaded-though-avoidable',
        share(free, ({ ours }) => ours.overloadBps),
      ),
      must: 0.01,
      aim: 0,
    },
    row(
      'overloaded-though-avoidable-nothing-done',
      share(free, ({ situation, ...one }) => overload({ situation, ...one }, situation.nothingBps)),
    ),
    row(
      'overloaded-though-avoidable-igp',
      share(free, ({ igp }) => igp.overloadBps),
    ),
    row(
      'overloaded-though-avoidable-naive',
      share(asked, ({ naive }) => naive?.overloadBps ?? Number.NaN),
    ),
    { metric: 'avoidable-only-by-others', value: onlyAll.length, unit: 'cases', better: 'higher' },
    row(
      'avoidable-only-by-others-not-fixed',
      share(onlyAll, ({ ours }) => ours.overloadBps),
    ),
  ];
}

function overload({ situation }: Judged, loadBps: Float64Array): number {
  const { base, alive } = situation;
  let sum = 0;
  for (let arc = 0; arc < alive.length; arc += 1) {
    const limitBps = base.level.limit * (base.graph.capacityBps[arc] as number);
    if (alive[arc]) sum += Math.max(0, (loadBps[arc] as number) - limitBps);
  }
  return sum;
}

function utilisation(contested: readonly Judged[]): Row[] {
  const relevant = contested.filter(({ optimum }) => (optimum?.mlu ?? 0) >= RELEVANT_MLU);
  const ratios = (mlu: (one: Judged) => number | null): number[] =>
    relevant.flatMap((one) => {
      const value = mlu(one);
      return value === null ? [] : [value / (one.optimum?.mlu ?? Number.NaN)];
    });
  const spread = (who: string, values: readonly number[], bounds: readonly Partial<Row>[] = []): Row[] =>
    ([0.5, 0.99, 1] as const).map((at, place) => ({
      metric: `mlu-over-optimum-${who}${at === 1 ? 'max' : `p${at * 100}`}`,
      value: percentile(values, at),
      unit: 'ratio',
      better: 'lower',
      ...bounds[place],
    }));
  return [
    ...spread(
      '',
      ratios(({ ours }) => ours.mlu),
      [
        { must: 1.005, aim: 1.002 },
        { must: 1.05, aim: 1.02 },
        { must: 1.1, aim: 1.05 },
      ],
    ),
    ...spread(
      'nothing-done-',
      ratios(({ situation }) => mluOf(situation, situation.nothingBps)),
    ),
    ...spread(
      'igp-',
      ratios(({ igp }) => igp.mlu),
    ),
    ...spread(
      'naive-',
      ratios(({ naive }) => naive?.mlu ?? null),
    ),
    {
      metric: 'lost-nothing-done-p50',
      value: percentile(
        relevant.map(({ situation }) => lostShare(situation)),
        0.5,
      ),
      unit: 'share',
      better: 'lower',
    },
  ];
}

function lostShare({ base, nothingLostBps }: Judged['situation']): number {
  return nothingLostBps / base.ends.reduce((sum, { bps }) => sum + bps, 0);
}

/** Overload that was avoided, as a share of what the optimum avoids over the IGP alone; summed over the cases. */
function avoided(contested: readonly Judged[]): Row[] {
  const share = (list: readonly Judged[], bps: (one: Judged) => number): number => {
    const possible = list.reduce((sum, one) => sum + (one.igp.overloadBps - (one.optimum?.overloadBps ?? 0)), 0);
    return possible > 0 ? list.reduce((sum, one) => sum + (one.igp.overloadBps - bps(one)), 0) / possible : Number.NaN;
  };
  // Each case counts the same: a large network would outweigh all others.
  const each = contested
    .filter((one) => one.igp.overloadBps - (one.optimum?.overloadBps ?? 0) > floor(one))
    .map((one) => share([one], ({ ours }) => ours.overloadBps));
  const asked = contested.filter(({ naive }) => naive !== null);
  const costs = contested.filter(({ optimum }) => (optimum?.cost ?? 0) > 0);
  return [
    {
      metric: 'overload-avoided',
      value: share(contested, ({ ours }) => ours.overloadBps),
      unit: 'share',
      better: 'higher',
      must: 0.97,
      aim: 0.995,
    },
    { metric: 'overload-avoided-worst-case', value: percentile(each, 0), unit: 'share', better: 'higher' },
    {
      metric: 'overload-avoided-naive',
      value: share(asked, ({ naive }) => naive?.overloadBps ?? 0),
      unit: 'share',
      better: 'higher',
    },
    {
      metric: 'cost-over-optimum-p95',
      value: percentile(
        costs.map(({ ours, optimum }) => ours.cost / (optimum?.cost ?? Number.NaN)),
        0.95,
      ),
      unit: 'ratio',
      better: 'lower',
    },
  ];
}

/** Of all cases, contested or not. */
function effort(judged: readonly Judged[]): Row[] {
  const moves = judged.reduce((sum, one) => sum + one.moves, 0);
  const affected = judged.reduce((sum, one) => sum + one.affected, 0);
  return [
    { metric: 'moves-per-affected', value: moves / affected, unit: 'ratio', better: 'lower', must: 1, aim: 0.5 },
    { metric: 'moves', value: moves, unit: 'moves', better: 'lower' },
    {
      metric: 'plan-p95',
      value: percentile(
        judged.map(({ elapsedMs }) => elapsedMs),
        0.95,
      ),
      unit: 'ms',
      better: 'lower',
    },
  ];
}

function certificates(judged: readonly Judged[]): Row[] {
  const row = (name: string, list: readonly Judged[], must: number, aim: number): Row[] => [
    {
      metric: `certificate-gap-${name}p95`,
      value: percentile(
        list.map(({ gap }) => gap),
        0.95,
      ),
      unit: 'share',
      better: 'lower',
      must,
      aim,
    },
    { metric: `certificate-gap-${name}cases`, value: list.length, unit: 'cases', better: 'higher' },
  ];
  const large = judged.filter((one) => nodesOf(one) > SMALL_NODES);
  return [
    ...row(
      '',
      judged.filter((one) => nodesOf(one) <= SMALL_NODES),
      0.05,
      0.02,
    ),
    ...row('kdl-', large, 0.1, 0.05),
  ];
}

function orders(judged: readonly Judged[]): Row[] {
  const asked = judged.flatMap(({ order }) => (order ? [order] : []));
  const possible = asked.filter(({ oracle }) => oracle);
  if (asked.length === 0) return [];
  return [
    {
      metric: 'order-found',
      value: possible.length === 0 ? Number.NaN : possible.filter(({ plan }) => plan).length / possible.length,
      unit: 'share',
      better: 'higher',
      must: 0.95,
      aim: 1,
    },
    { metric: 'order-cases', value: asked.length, unit: 'cases', better: 'higher' },
    {
      metric: 'order-deadlocks-named',
      value: asked.filter(({ oracle, deadlock }) => !oracle && deadlock).length,
      unit: 'cases',
      better: 'higher',
    },
    {
      metric: 'order-deadlocks-missed',
      value: asked.filter(({ oracle, deadlock }) => !oracle && !deadlock).length,
      unit: 'cases',
      better: 'lower',
    },
  ];
}

/** Optima that no router could hold: more than two new paths for a demand. */
function twoPaths(contested: readonly Judged[]): Row[] {
  const over = contested.filter(({ optimum }) => (optimum?.overTwo ?? 0) > 0);
  const solved = over.filter(({ optimum }) => optimum?.twoPaths);
  // Less overload may cost a higher MLU, so only cases with the same overload compare.
  const equal = solved.filter((one) => {
    const other = one.optimum?.twoPaths?.overloadBps ?? Number.NaN;
    return Math.abs(one.ours.overloadBps - other) <= 10 * floor(one);
  });
  return [
    { metric: 'optimum-needs-more-than-two-paths', value: over.length, unit: 'cases', better: 'lower' },
    { metric: 'two-path-optimum-solved', value: solved.length, unit: 'cases', better: 'higher' },
    { metric: 'two-path-optimum-of-same-overload', value: equal.length, unit: 'cases', better: 'higher' },
    {
      metric: 'mlu-over-two-path-optimum-max',
      value: percentile(
        equal.map(({ ours, optimum }) => ours.mlu / (optimum?.twoPaths?.mlu ?? Number.NaN)),
        1,
      ),
      unit: 'ratio',
      better: 'lower',
    },
  ];
}

function nodesOf({ situation }: Judged): number {
  return situation.base.graph.nodeCount;
}

function floor({ situation }: Judged): number {
  return floorOf(situation.base);
}
