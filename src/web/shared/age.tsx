import { Tooltip } from '@mantine/core';
import { formatAge, formatClock } from './format.ts';
import { useNow } from './use-now.ts';

/** How long ago something was; the clock on hover. */
export function Age({ atMs, suffix = ' ago' }: { readonly atMs: number; readonly suffix?: string }) {
  const nowMs = useNow();
  const clock = formatClock(atMs, nowMs);
  return (
    <Tooltip label={clock} openDelay={300}>
      <time dateTime={new Date(atMs).toISOString()}>
        {formatAge(nowMs - atMs)}
        {suffix}
      </time>
    </Tooltip>
  );
}
