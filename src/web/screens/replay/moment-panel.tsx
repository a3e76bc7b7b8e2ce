import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { MomentView } from '../../../api/schemas/moments.ts';
import type { Event, Move, Proposal } from '../../../api/schemas/screen.ts';
import type { Replay } from '../../../api/schemas/studies.ts';
import { SeverityMark } from '../../events/severity-mark.tsx';
import { get, post } from '../../service/client.ts';
import { Age } from '../../shared/age.tsx';
import { Failure } from '../../shared/feedback.tsx';
import { formatBps, formatUtilisation, plural } from '../../shared/format.ts';
import layout from '../../shared/side-by-side.module.css';
import { STATE_LABELS, StateMark } from '../../shared/state-badge.tsx';
import { largestMove } from './largest-move.ts';
import classes from './replay.module.css';

interface Props {
  readonly moment: MomentView;
  /** Another moment was chosen and is on its way. */
  readonly isBehind: boolean;
  readonly move: Move | null;
  readonly showMove: (move: Move | null) => void;
}

const BEFORE_MS = 180_000;

export function MomentPanel({ moment, isBehind, move, showMove }: Props) {
  const { plan, demands, currentNetwork, atMs } = moment;
  return (
    <div data-testid="moment" data-plan={moment.planId} data-behind={isBehind}>
      <h2>
        <Age atMs={atMs} />
      </h2>
      <p>
        {plan.refused
          ? `Nothing was planned: ${plan.refused.reason}`
          : `${plural(demands.count, 'demand')} with ${formatBps(demands.totalBps)}, ${demands.source}; fullest link ${formatUtilisation(plan.mlu?.before ?? null)}${plan.mlu && plan.mlu.after !== plan.mlu.before ? `, ${formatUtilisation(plan.mlu.after)} after the plan` : ''}.`}
      </p>
      {!currentNetwork && <p>The network was another one then; links that are gone are not on the map.</p>}
      <Counts moment={moment} />
      <Again moment={moment} isBehind={isBehind} move={move} showMove={showMove} />
      <Standing moment={moment} move={move} showMove={showMove} />
      <EventsThen atMs={atMs} />
    </div>
  );
}

function Counts({ moment: { links } }: Pick<Props, 'moment'>) {
  return (
    <ul className={classes.counts} aria-label="Links by state">
      {(['healthy', 'degraded', 'unhealthy', 'down', 'stale'] as const).map((state) => (
        <li key={state}>
          <StateMark state={state} />{' '}
          <span className="figure">{links.filter((link) => link.state === state).length}</span>
          <span className="visually-hidden"> {STATE_LABELS[state]}</span>
        </li>
      ))}
    </ul>
  );
}

type Part = Pick<Props, 'moment' | 'move' | 'showMove'>;

/** Runs the planner on what it had then, and says whether the same came out. */
function Again({ moment, isBehind, move, showMove }: Part & Pick<Props, 'isBehind'>) {
  const again = useMutation({
    mutationFn: () => post<Replay>(`/plans/${encodeURIComponent(moment.planId)}/replay`),
  });
  const { data } = again;
  return (
    <>
      <h2>The plan</h2>
      <Button size="xs" variant="default" loading={again.isPending} disabled={isBehind} onClick={() => again.mutate()}>
        Plan this moment again
      </Button>
      {again.error && <Failure error={again.error} />}
      {data && (
        <div className={data.same ? layout.same : layout.other} role="status" data-testid="replay-result">
          <b>{data.same ? 'The same plan came out' : 'Another plan came out'}</b>
          <p className="dim">
            {data.compared === 0
              ? 'It changed no proposal, then as now'
              : `${plural(data.compared, 'proposal')} compared move by move`}
            {data.gone.length > 0 && `; ${data.gone.length} changed since and cannot be compared`}
          </p>
          {data.differences.map((difference) => (
            <p key={difference}>{difference}</p>
          ))}
        </div>
      )}
      {data && <ProposalList proposals={data.proposals} move={move} showMove={showMove} />}
    </>
  );
}

/** Proposals that stood before the plan. */
function Standing({ moment, move, showMove }: Part) {
  const [wanted, setWanted] = useState<string | null>(null);
  const query = useQuery({
    queryKey: ['moments', moment.planId, 'reroutes', wanted],
    queryFn: ({ signal }) => {
      const path = `/moments/${encodeURIComponent(moment.planId)}/reroutes/${encodeURIComponent(wanted ?? '')}`;
      return get<Proposal>(path, { signal });
    },
    staleTime: Number.POSITIVE_INFINITY,
    enabled: wanted !== null,
  });
  const { data } = query;
  useEffect(() => {
    if (data) showMove(largestMove(data));
  }, [data, showMove]);
  const isShown = (id: string) => wanted === id && move !== null && data?.moves.some((each) => each === move);
  return (
    <>
      <h2>Proposals that stood {moment.open.length > 0 && <span className="figure">{moment.open.length}</span>}</h2>
      {moment.open.length === 0 && <p className="dim">None.</p>}
      {query.error && <Failure error={query.error} />}
      <ul className={layout.list}>
        {moment.open.map(({ id, links, bps, moves, status, kind }) => (
          <li key={id}>
            <button
              type="button"
              className={layout.item}
              aria-pressed={isShown(id) ?? false}
              onClick={() => (wanted === id && data ? showMove(largestMove(data)) : setWanted(id))}
            >
              <span className={layout.row}>
                <span className="id">{links.join(' ')}</span>
                <span className="dim">{kind === 'no-safe-alternative' ? 'no way' : status}</span>
              </span>
              <span className="dim">
                {plural(moves, 'move')}, {formatBps(bps)}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function ProposalList({ proposals, move, showMove }: Pick<Part, 'move' | 'showMove'> & Pick<Replay, 'proposals'>) {
  if (proposals.length === 0) return <p className="dim">It proposes nothing new.</p>;
  return (
    <ul className={layout.list}>
      {proposals.map((proposal) => {
        const largest = largestMove(proposal);
        return (
          <li key={proposal.id}>
            <button
              type="button"
              className={layout.item}
              aria-pressed={largest !== null && largest === move}
              onClick={() => showMove(largest)}
            >
              {proposal.why.summary}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** What had just happened. */
function EventsThen({ atMs }: { readonly atMs: number }) {
  const { data, error } = useQuery({
    queryKey: ['events', 'then', atMs],
    queryFn: ({ signal }) =>
      get<{ items: Event[] }>('/events', {
        parameters: { since: Math.round(atMs - BEFORE_MS), until: Math.round(atMs), limit: 12 },
        signal,
      }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <>
      <h2>In the three minutes before</h2>
      {error && <Failure error={error} />}
      {data?.items.length === 0 && <p className="dim">Nothing happened.</p>}
      <ul className={layout.list}>
        {data?.items.map(({ id, severity, cleared, message }) => (
          <li key={id} className={classes.event}>
            <SeverityMark severity={severity} cleared={cleared} /> {message}
          </li>
        ))}
      </ul>
    </>
  );
}
