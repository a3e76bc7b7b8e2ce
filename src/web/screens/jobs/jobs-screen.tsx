import { useQuery } from '@tanstack/react-query';
import type { Jobs } from '../../../api/schemas/jobs.ts';
import { jobsQuery } from '../../service/queries.ts';
import { Age } from '../../shared/age.tsx';
import { Empty, Failure, Loading } from '../../shared/feedback.tsx';
import { formatDuration, UNKNOWN } from '../../shared/format.ts';
import { useNow } from '../../shared/use-now.ts';
import classes from './jobs.module.css';

type QueueView = Jobs['queues'][number];
type Run = NonNullable<QueueView['lastCompleted']>;

/** The job queues in brief; every single job is on the board that this leads to. */
export function JobsScreen() {
  const { data, error, refetch } = useQuery({ ...jobsQuery, refetchInterval: 2_000 });
  if (error && !data) return <Failure error={error} retry={() => refetch()} />;
  if (!data) return <Loading what="the queues" />;
  return (
    <div className={classes.screen}>
      <header className={classes.head}>
        <h1>Jobs</h1>
        {data.board && (
          <a href={data.board} target="_blank" rel="noreferrer">
            Every job on the board
          </a>
        )}
      </header>
      {data.queues.length === 0 ? (
        <Empty title="There is no queue here">A process with the role work has the queues.</Empty>
      ) : (
        data.queues.map((queue) => <QueueBlock key={queue.name} queue={queue} />)
      )}
    </div>
  );
}

const COUNTS = ['waiting', 'active', 'delayed', 'completed', 'failed'] as const;

function QueueBlock({ queue }: { readonly queue: QueueView }) {
  return (
    <section className={classes.queue} aria-labelledby={`queue-${queue.name}`} data-testid="queue">
      <h2 id={`queue-${queue.name}`}>
        {queue.name} <Standing queue={queue} />
      </h2>
      <dl className={classes.counts}>
        {COUNTS.map((name) => (
          <div key={name} data-bad={name === 'failed' && queue.counts.failed > 0}>
            <dt>{name}</dt>
            <dd>{queue.counts[name].toLocaleString('en')}</dd>
          </div>
        ))}
      </dl>
      <dl className={classes.facts}>
        <Fact name="schedule">{queue.everyMs === null ? 'none' : `every ${formatDuration(queue.everyMs)}`}</Fact>
        <Fact name="next run">
          <Next atMs={queue.nextAtMs} />
        </Fact>
        <Fact name="workers">{queue.workers ?? UNKNOWN}</Fact>
        <Fact name="last run">
          <RunText run={queue.lastCompleted} none="none yet" />
        </Fact>
        <Fact name="last failure">
          <RunText run={queue.lastFailed} none="none" />
        </Fact>
      </dl>
    </section>
  );
}

/** In one word how the queue is, with its colour. */
function Standing({ queue }: { readonly queue: QueueView }) {
  const [text, kind] = queue.paused
    ? ['paused', 'bad']
    : queue.late
      ? ['late', 'bad']
      : queue.workers === 0
        ? ['no worker', 'bad']
        : queue.counts.active > 0
          ? ['running', 'good']
          : ['on time', 'good'];
  return (
    <span className={classes.standing} data-kind={kind}>
      {text}
    </span>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Next({ atMs }: { readonly atMs: number | null }) {
  const nowMs = useNow();
  if (atMs === null) return UNKNOWN;
  return atMs <= nowMs ? 'due now' : `in ${formatDuration(atMs - nowMs)}`;
}

function RunText({ run, none }: { readonly run: Run | null; readonly none: string }) {
  if (!run) return none;
  return (
    <>
      {run.finishedAtMs === null ? UNKNOWN : <Age atMs={run.finishedAtMs} />}
      <span className="dim">
        {run.elapsedMs !== null && ` · took ${formatDuration(run.elapsedMs)}`}
        {run.trigger && ` · ${run.trigger}`}
        {run.attempts > 1 && ` · try ${run.attempts}`}
      </span>
      {run.failure && <span className={classes.failure}> {run.failure}</span>}
    </>
  );
}
