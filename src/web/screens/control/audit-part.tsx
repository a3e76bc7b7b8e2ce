import { Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link } from 'wouter';
import type { AuditRecord } from '../../../api/schemas/screen.ts';
import { Age } from '../../shared/age.tsx';
import { Empty, Failure, Loading } from '../../shared/feedback.tsx';
import { Chips, FilterBar, TextFilter } from '../../shared/filter-bar.tsx';
import { plural } from '../../shared/format.ts';
import { useUrlState } from '../../shared/url-state.ts';
import { guardrailChanges, placeOf, readAudit, readAuditFilter, SUBJECT_NAMES, SUBJECTS } from './audit-log.ts';
import classes from './control.module.css';

const REST_MS = 300;
/** Whoever acts by itself has no role to tell. */
const SERVICE = 'detour';

/** Who did what, when and why, newest first; by kind or of one object. */
export function AuditPart() {
  const [parameters, change] = useUrlState();
  const filter = useMemo(() => readAuditFilter(parameters), [parameters]);
  const [asked] = useDebouncedValue(filter, REST_MS);
  const query = useInfiniteQuery({
    queryKey: ['audit', asked],
    queryFn: ({ pageParam, signal }) => readAudit(asked, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
  const records = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <div className={classes.audit} data-testid="audit">
      <FilterBar end={query.data && plural(records.length, 'record') + (query.hasNextPage ? ' and more' : '')}>
        <TextFilter
          label="Id of an object"
          placeholder="Id of an object"
          value={filter.id}
          change={(id) => change({ id })}
        />
        <Chips
          label="About"
          all={SUBJECT_NAMES}
          chosen={filter.subject === null ? [] : [filter.subject]}
          change={([subject]) => change({ subject: subject ?? null })}
          one
        >
          {(subject) => SUBJECTS[subject]}
        </Chips>
      </FilterBar>
      {query.error && records.length === 0 && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Loading what="the audit" />}
      {query.isSuccess && records.length === 0 && <Nothing isFiltered={asked.id !== '' || asked.subject !== null} />}
      <ol className={classes.records}>
        {records.map((record) => (
          <Row key={record.id} record={record} />
        ))}
      </ol>
      {query.hasNextPage && (
        <Button
          className={classes.older}
          size="xs"
          variant="default"
          onClick={() => query.fetchNextPage()}
          loading={query.isFetchingNextPage}
        >
          Earlier records
        </Button>
      )}
    </div>
  );
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  return (
    <Empty title={isFiltered ? 'No record matches' : 'Nothing has been decided yet'}>
      {isFiltered
        ? 'An id must be the whole id. Take a filter away to see more.'
        : 'Every decision and every step of a change will stand here.'}
    </Empty>
  );
}

function Row({ record }: { readonly record: AuditRecord }) {
  const { atMs, by, role, action, subject, from, to, reason, planHash } = record;
  const changes = guardrailChanges(record);
  return (
    <li className={classes.record} data-testid="audit-record">
      <span className={classes.when}>
        <Age atMs={atMs} />
      </span>
      <span className={classes.who}>
        {by} {by !== SERVICE && by !== role && <span className="dim">{role}</span>}
      </span>
      <div className={classes.what}>
        <p>
          <b>{action}</b> <span className="dim">{subject}</span> <Place record={record} />
          {to !== null && to !== from && (
            <span className="dim">
              {' '}
              {from !== null && `${from} → `}
              {to}
            </span>
          )}
        </p>
        {reason !== null && <p className={by === SERVICE ? 'dim' : ''}>{reason}</p>}
        {changes.map((each) => (
          <p key={each.name} className="dim">
            {each.name}: {each.from} → {each.to}
          </p>
        ))}
        {planHash !== null && (
          <p className="dim">
            plan <span className="id">{planHash.slice(0, 12)}</span>
          </p>
        )}
      </div>
    </li>
  );
}

function Place({ record }: { readonly record: AuditRecord }) {
  const place = placeOf(record);
  const name = <span className="id">{record.subjectId}</span>;
  return place === null ? name : <Link href={place}>{name}</Link>;
}
