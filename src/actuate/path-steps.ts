import { DetourError } from '../core/errors.ts';
import { type Commands, type Realisation, realisationsOf, type Step, type StepChange } from '../reroute/actuator.ts';
import type { Tunnel } from '../reroute/proposal.ts';

/** Throws UNREALISABLE where a change needs what the actuator does not have. */
export function requireRealisable(name: string, has: readonly Realisation[], changes: readonly StepChange[]): void {
  const lacks = changes.flatMap(realisationsOf).find((each) => !has.includes(each));
  if (lacks === undefined) return;
  throw new DetourError('UNREALISABLE', `the actuator ${name} cannot set ${WORDS[lacks]}`, {
    field: 'realisation',
    value: lacks,
    hint: `it can set ${has.map((each) => WORDS[each]).join(' and ')}`,
  });
}

const WORDS: Readonly<Record<Realisation, string>> = { paths: 'explicit paths', metrics: 'IGP metrics' };

/** Steps of a change by explicit paths, with each path written out. Throws UNREALISABLE for metrics. */
export function planPathSteps(target: string, changeId: string, changes: readonly StepChange[]): Step[] {
  requireRealisable(target, ['paths'], changes);
  return changes.map((change, index) => ({
    ...change,
    key: stepKey(changeId, index),
    summary: summaryOf(change),
    commands: [pathCommands(target, change)],
  }));
}

export function stepKey(changeId: string, index: number): string {
  return `${changeId}/${index + 1}`;
}

export function summaryOf({ set, remove, metrics }: StepChange): string {
  const parts = [
    ...(set.length > 0 ? [`${set.length} demand(s) to explicit paths`] : []),
    ...(remove.length > 0 ? [`${remove.length} demand(s) back to the IGP`] : []),
    ...(metrics.length > 0 ? [`${metrics.length} metric(s)`] : []),
  ];
  return parts.join(', ') || 'nothing to do';
}

/** The paths as a person would hand them on: one line for each demand and path. */
export function pathCommands(target: string, { set, remove }: StepChange): Commands {
  return { target, lines: [...remove.map((demand) => `no path ${demand}`), ...set.flatMap(linesOf)] };
}

function linesOf({ demand, source, target, paths }: Tunnel): string[] {
  return paths.map(
    ({ share, arcs }) => `path ${demand} ${source} ${target} share ${share.toFixed(4)} via ${arcs.join(' ')}`,
  );
}
