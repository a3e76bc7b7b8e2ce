import { ActionIcon, Tooltip, useMantineColorScheme } from '@mantine/core';
import { spotlight } from '@mantine/spotlight';
import { IconMoon, IconSearch, IconSun } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { HealthState } from '../../api/schemas/screen.ts';
import { useLive } from '../live/use-live.ts';
import { jobsQuery } from '../service/queries.ts';
import { Age } from '../shared/age.tsx';
import { formatBits, formatCountdown, plural } from '../shared/format.ts';
import { StateMark } from '../shared/state-badge.tsx';
import { useNow } from '../shared/use-now.ts';
import { useScheme } from '../theme/use-scheme.ts';
import { LiveMark } from './live-mark.tsx';
import { StopAll } from './stop-all.tsx';
import classes from './top-bar.module.css';

const STATES: readonly HealthState[] = ['healthy', 'degraded', 'unhealthy', 'down', 'stale'];

/** Always visible: is the screen live, how is the network, how old is the plan, in which mode are we. */
export function TopBar() {
  const status = useLive((state) => state.status);
  return (
    <header className={classes.bar}>
      <strong className={classes.network} data-testid="network-name">
        {status?.network ?? 'Detour'}
      </strong>
      <LiveMark />
      <StateCounts />
      <div className={classes.right}>
        <Saved />
        <PlanAge />
        <StopAll />
        {status && <Mode simulated={status.simulated} mode={status.mode} />}
        <SchemeSwitch />
        <button type="button" className={classes.search} onClick={spotlight.open}>
          <IconSearch size={14} aria-hidden="true" />
          <span className="visually-hidden">Search and commands</span>
          <kbd>⌘K</kbd>
        </button>
      </div>
    </header>
  );
}

function StateCounts() {
  const counts = useLive((state) => state.counts);
  return (
    <ul className={classes.counts} aria-label="Links by state">
      {STATES.map((state) => (
        <li key={state}>
          <Tooltip label={`${plural(counts[state], 'link')} ${state}`} openDelay={300}>
            <Link href={`/links?state=${state}`} data-testid={`count-${state}`} data-none={counts[state] === 0}>
              <StateMark state={state} />
              <span className="figure">{counts[state].toLocaleString('en')}</span>
              <span className="visually-hidden"> {state}</span>
            </Link>
          </Tooltip>
        </li>
      ))}
    </ul>
  );
}

/** What applied reroutes have kept from being lost; it grows while one of them does. */
function Saved() {
  const savedBits = useLive(({ status }) => status?.savedBits ?? 0);
  if (savedBits === 0) return null;
  return (
    <Tooltip label="Traffic that applied reroutes have kept from being lost" openDelay={300}>
      <span className={`${classes.plan} ${classes.wideOnly}`} data-testid="saved">
        saved {formatBits(savedBits)}
      </span>
    </Tooltip>
  );
}

function PlanAge() {
  const status = useLive((state) => state.status);
  if (!status?.lastPlan) return <span className={classes.plan}>no plan yet</span>;
  const { ageMs, refused } = status.lastPlan;
  return (
    <span className={classes.plan} data-testid="plan-age">
      {refused ? 'plan refused ' : 'plan '}
      <Age atMs={status.atMs - ageMs} />
      <NextPlan />
    </span>
  );
}

/** When plans are made by the schedule; causes may bring one sooner. Nothing where no schedule is known. */
function NextPlan() {
  const { data } = useQuery(jobsQuery);
  const nowMs = useNow();
  const nextAtMs = data?.queues.find(({ name }) => name === 'plan')?.nextAtMs ?? null;
  if (nextAtMs === null) return null;
  return (
    <span className={classes.wideOnly} data-testid="next-plan">
      {' · next '}
      {nextAtMs <= nowMs ? 'now' : `in ${formatCountdown(nextAtMs - nowMs)}`}
    </span>
  );
}

function Mode({ simulated, mode }: { readonly simulated: boolean; readonly mode: 'auto' | 'manual' }) {
  const meaning =
    mode === 'auto' ? 'proposals are applied by Detour itself' : 'Detour proposes; people decide what is applied';
  return (
    <Tooltip label={`${simulated ? 'A simulated network: ' : 'A real network: '}${meaning}`} multiline maw={260}>
      <Link href="/control?part=guardrails" className={classes.mode} data-testid="mode">
        {mode === 'auto' ? 'Automatic' : 'Manual'}
        {simulated ? ' · simulated' : ''}
      </Link>
    </Tooltip>
  );
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useScheme() === 'dark';
  return (
    <Tooltip label={isDark ? 'Light' : 'Dark'} openDelay={300}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={isDark ? 'Switch to light colours' : 'Switch to dark colours'}
        onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
      >
        {isDark ? <IconSun size={16} aria-hidden="true" /> : <IconMoon size={16} aria-hidden="true" />}
      </ActionIcon>
    </Tooltip>
  );
}
