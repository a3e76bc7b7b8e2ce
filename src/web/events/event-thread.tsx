import { Button, Textarea, TextInput } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Event } from '../../api/schemas/screen.ts';
import { get, post } from '../service/client.ts';
import { Age } from '../shared/age.tsx';
import { Failure, Loading } from '../shared/feedback.tsx';
import classes from './event.module.css';

type Thread = Event & { readonly comments: readonly Event[] };

const MAX_TEXT = 1000;

/** Figures of an event, what was written about it, and room to write. */
export function EventThread({ id, narrow = false }: { readonly id: string; readonly narrow?: boolean }) {
  const path = `/events/${encodeURIComponent(id)}`;
  const { data, error, refetch } = useQuery({
    queryKey: ['event', id],
    queryFn: ({ signal }) => get<Thread>(path, { signal }),
    refetchInterval: 10_000,
  });
  if (error) return <Failure error={error} retry={() => refetch()} />;
  if (!data) return <Loading what="the event" />;
  return (
    <div className={classes.thread} data-narrow={narrow} data-testid="event-thread">
      <dl className={classes.details}>
        <Detail name="time" value={new Date(data.atMs).toLocaleString([], { hour12: false })} />
        <Detail name="kind" value={data.type} />
        {Object.entries(data.details).map(([name, value]) => (
          <Detail key={name} name={name} value={textOf(value)} />
        ))}
      </dl>
      {data.comments.length > 0 && (
        <ul className={classes.comments} aria-label="Comments">
          {data.comments.map((comment) => (
            <li key={comment.id}>
              <p>{comment.message}</p>
              <span className="dim">
                {comment.details.by ? `${String(comment.details.by)} · ` : ''}
                <Age atMs={comment.atMs} />
              </span>
            </li>
          ))}
        </ul>
      )}
      <CommentForm id={id} path={`${path}/comments`} />
    </div>
  );
}

function Detail({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Figures short, lists of small things as words: `flapping unhealthy 4.651; loss degraded 0.03`. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toPrecision(4);
  if (Array.isArray(value)) return value.map(textOf).join('; ') || 'none';
  if (typeof value === 'object') {
    return Object.values(value)
      .filter((each) => each !== null)
      .map(textOf)
      .join(' ');
  }
  return String(value);
}

function CommentForm({ id, path }: { readonly id: string; readonly path: string }) {
  const client = useQueryClient();
  const [text, setText] = useState('');
  const [by, setBy] = useLocalStorage({ key: 'detour-signature', defaultValue: '' });
  const comment = useMutation({
    mutationFn: () => post<Thread>(path, { text: text.trim(), ...(by.trim() ? { by: by.trim() } : {}) }),
    onSuccess: (thread) => {
      setText('');
      client.setQueryData(['event', id], thread);
    },
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') comment.mutate();
  };
  return (
    <form className={classes.form} onSubmit={onSubmit}>
      <Textarea
        className={classes.text}
        size="xs"
        autosize={false}
        rows={2}
        maxLength={MAX_TEXT}
        placeholder="Comment"
        aria-label="Comment"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <TextInput
        size="xs"
        maxLength={64}
        placeholder="Signed by"
        aria-label="Signed by (kept on this machine, not verified)"
        value={by}
        onChange={(event) => setBy(event.currentTarget.value)}
      />
      <Button type="submit" size="xs" variant="default" loading={comment.isPending} disabled={text.trim() === ''}>
        Comment
      </Button>
      {comment.error && <Failure error={comment.error} />}
    </form>
  );
}
