import { Button, CloseButton, TextInput } from '@mantine/core';
import classes from './control.module.css';
import type { Settings } from './guardrail-words.ts';
import { fromLocalText, soon, toLocalText } from './local-time.ts';
import { numbered } from './numbered.ts';

type Window = Settings['freezeWindows'][number];

interface Props {
  readonly title: string;
  readonly add: string;
  readonly windows: readonly Window[];
  readonly change: (windows: Window[]) => void;
}

const USUAL_MS = 8 * 3_600_000;

/** Times with a reason each. */
export function WindowFields({ title, add, windows, change }: Props) {
  const put = (at: number, part: Partial<Window>) =>
    change(windows.map((window, index) => (index === at ? { ...window, ...part } : window)));
  const time = (at: number, name: 'fromMs' | 'toMs', text: string) => {
    const atMs = fromLocalText(text);
    if (atMs !== null) put(at, { [name]: atMs });
  };
  const added = (): Window => {
    const fromMs = soon(Date.now());
    return { fromMs, toMs: fromMs + USUAL_MS, reason: '' };
  };
  return (
    <div className={classes.rows}>
      {numbered(windows).map(({ key, at, item: { fromMs, toMs, reason } }) => (
        <div key={key} className={classes.row}>
          <TextInput
            size="xs"
            type="datetime-local"
            label={`${title}: from`}
            value={toLocalText(fromMs)}
            onChange={(event) => time(at, 'fromMs', event.currentTarget.value)}
          />
          <TextInput
            size="xs"
            type="datetime-local"
            label="To"
            value={toLocalText(toMs)}
            onChange={(event) => time(at, 'toMs', event.currentTarget.value)}
            error={toMs <= fromMs && 'must be later'}
          />
          <TextInput
            size="xs"
            label="What for"
            maxLength={500}
            value={reason}
            onChange={(event) => put(at, { reason: event.currentTarget.value })}
          />
          <CloseButton
            aria-label={`Take ${title.toLowerCase()} ${at + 1} away`}
            onClick={() => change(windows.filter((_, index) => index !== at))}
          />
        </div>
      ))}
      <Button variant="default" size="compact-xs" onClick={() => change([...windows, added()])}>
        {add}
      </Button>
    </div>
  );
}
