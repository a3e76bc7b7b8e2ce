import { type KeyboardEvent, useMemo } from 'react';
import type { Moments } from '../../../api/schemas/moments.ts';
import type { Moment } from '../../../api/schemas/studies.ts';
import { formatClock, plural } from '../../shared/format.ts';
import { usePalette } from '../../theme/use-scheme.ts';
import classes from './replay.module.css';

interface Props {
  readonly moments: Moments;
  readonly planId: string;
  readonly choose: (planId: string) => void;
}

const WIDTH = 1000;
const HEIGHT = 30;
const BAR = 3;

/** All moments by time; arrows go from one to the next, Page by ten, Home and End to the ends. */
export function TimeSlider({ moments: { items }, planId, choose }: Props) {
  const index = Math.max(
    0,
    items.findIndex((moment) => moment.planId === planId),
  );
  const moment = items[index];
  const [firstMs, lastMs] = [items[0]?.atMs ?? 0, items.at(-1)?.atMs ?? 0];
  const palette = usePalette();
  const bars = useMemo(() => barsOf(items), [items]);
  const colours = { good: palette.border, warn: palette.degraded, bad: palette.down, unknown: palette.stale };
  const nowMs = Date.now();
  const go = (to: number) => {
    const next = items[Math.max(0, Math.min(items.length - 1, to))];
    if (next) choose(next.planId);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = keyTarget(event.key, index, items.length);
    if (to === null) return;
    event.preventDefault();
    go(to);
  };
  return (
    <div className={classes.slider}>
      <span className={classes.clock}>{items[0] && formatClock(firstMs, nowMs)}</span>
      <div className={classes.track}>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          {bars.map(({ id, x, height, tone }) => (
            <rect key={id} x={x} y={HEIGHT - height} width={BAR} height={height} fill={colours[tone]} />
          ))}
        </svg>
        <input
          type="range"
          min={firstMs}
          max={Math.max(lastMs, firstMs + 1)}
          step={1}
          value={moment?.atMs ?? firstMs}
          aria-label="Moment"
          aria-valuetext={moment ? describe(moment, nowMs) : undefined}
          data-testid="time-slider"
          onKeyDown={onKeyDown}
          onChange={(event) => go(nearest(items, Number(event.currentTarget.value)))}
        />
      </div>
      <output className={classes.clock}>{moment && formatClock(moment.atMs, nowMs)}</output>
    </div>
  );
}

/** The moment that a key leads to; null for keys that lead nowhere. */
export function keyTarget(key: string, index: number, count: number): number | null {
  const targets: Readonly<Record<string, number>> = {
    ArrowLeft: index - 1,
    ArrowDown: index - 1,
    ArrowRight: index + 1,
    ArrowUp: index + 1,
    PageDown: index - 10,
    PageUp: index + 10,
    Home: 0,
    End: count - 1,
  };
  const target = targets[key];
  return target === undefined ? null : Math.max(0, Math.min(count - 1, target));
}

/** Index of the moment that is closest in time. */
export function nearest(items: readonly Pick<Moment, 'atMs'>[], atMs: number): number {
  return items.reduce(
    (best, item, index) =>
      Math.abs(item.atMs - atMs) < Math.abs((items[best]?.atMs ?? Infinity) - atMs) ? index : best,
    0,
  );
}

export interface Bar {
  readonly id: string;
  readonly x: number;
  readonly height: number;
  readonly tone: 'good' | 'warn' | 'bad' | 'unknown';
}

/** One bar a moment where it lies in time: the more links are in trouble, the higher. */
export function barsOf(items: readonly Moment[]): Bar[] {
  const [firstMs, lastMs] = [items[0]?.atMs ?? 0, items.at(-1)?.atMs ?? 0];
  const spanMs = Math.max(1, lastMs - firstMs);
  return items.map(({ planId, atMs, links }) => {
    const troubled = links.degraded + links.unhealthy + links.down + links.stale;
    const total = Math.max(1, troubled + links.healthy);
    // A single link of a thousand must be seen: height grows with the root of the share.
    const height = 4 + Math.sqrt(troubled / total) * (HEIGHT - 4);
    return { id: planId, x: ((atMs - firstMs) / spanMs) * (WIDTH - BAR), height, tone: toneOf(links) };
  });
}

function toneOf(links: Moment['links']): Bar['tone'] {
  if (links.down + links.unhealthy > 0) return 'bad';
  if (links.degraded > 0) return 'warn';
  return links.stale > 0 ? 'unknown' : 'good';
}

function describe({ atMs, links }: Moment, nowMs: number): string {
  const bad = links.down + links.unhealthy;
  return `${formatClock(atMs, nowMs)}, ${bad === 0 ? 'no bad link' : plural(bad, 'bad link')}`;
}
