import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { MaintenanceView } from '../../../api/schemas/screen.ts';
import type { WhatIf } from '../../../api/schemas/studies.ts';
import { post } from '../../service/client.ts';
import { FiguresTable } from '../../shared/figures-table.tsx';
import { formatBps, formatUtilisation, plural } from '../../shared/format.ts';
import { writeIds } from '../../shared/ids-text.ts';
import classes from './control.module.css';
import { type Targets, targetsOf } from './targets.ts';

const REST_MS = 400;
/** Each answer takes a plan's worth of work. */
const FRESH_MS = 60_000;

/** What the window would do if it began now. */
export function DrainPreview({ chosen }: { readonly chosen: readonly string[] }) {
  const [settled] = useDebouncedValue(chosen, REST_MS);
  const targets = targetsOf(settled);
  const { data, error, isFetching } = useQuery({
    queryKey: ['maintenance-preview', targets],
    queryFn: () => post<WhatIf>('/maintenance/preview', targets),
    enabled: settled.length > 0,
    staleTime: FRESH_MS,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
    retry: false,
  });
  if (chosen.length === 0) {
    return <p className="dim">Choose links, nodes or risk groups: what their drain would do is worked out at once.</p>;
  }
  if (error) return <p className={classes.bad}>{error.message}</p>;
  if (!data) return <p className="dim">Working out what it would do…</p>;
  return (
    <div className={classes.preview} aria-busy={isFetching || settled !== chosen} data-testid="drain-preview">
      <p data-bad={data.after.lostBps > 0 || data.refused !== null}>{verdict(data)}</p>
      <FiguresTable answer={data} labels={LABELS} />
      <WhatIfLink targets={targets} answer={data} />
    </div>
  );
}

const LABELS = { now: 'now', before: 'drained, no plan', after: 'with its plan' } as const;

/** In one sentence: whether it can be done, and what it takes. */
function verdict({ refused, after, movedBps, proposals, drainedArcs }: WhatIf): string {
  if (refused) return `Nothing would be planned: ${refused.reason}.`;
  const links = plural(drainedArcs.length / 2, 'link');
  if (after.lostBps > 0) return `${links} would be drained, and ${formatBps(after.lostBps)} would have no way at all.`;
  if (after.overloadBps > 0)
    return `${links} would be drained; links would be ${formatBps(after.overloadBps)} above their limit.`;
  if (movedBps === 0) return `${links} would be drained; no traffic has to move.`;
  return (
    `${links} would be drained: ${formatBps(movedBps)} moves in ${plural(proposals.length, 'proposal')}, ` +
    `the fullest link would be at ${formatUtilisation(after.mlu)}.`
  );
}

/** The same on the map; what-if knows links and nodes. */
function WhatIfLink({ targets, answer }: { readonly targets: Targets; readonly answer: WhatIf }) {
  const links: MaintenanceView['drains'] = [...new Set(answer.drainedArcs.map((arc) => arc.replace(/:(az|za)$/, '')))];
  const ids = targets.srlgs.length > 0 ? links : [...targets.links, ...targets.nodes];
  const drain = new URLSearchParams({ drain: writeIds(ids) ?? '' });
  return <Link href={`/what-if?${drain}`}>See it on the map</Link>;
}
