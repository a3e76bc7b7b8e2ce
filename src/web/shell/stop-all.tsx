import { IconHandStop, IconPlayerPlay } from '@tabler/icons-react';
import type { Caller } from '../../api/schemas/screen.ts';
import { useLive } from '../live/use-live.ts';
import { mayAct, useCaller } from '../service/caller.ts';
import { post } from '../service/client.ts';
import { Age } from '../shared/age.tsx';
import { ReasonButton } from '../shared/reason-button.tsx';
import classes from './top-bar.module.css';

/** Stops all changes that Detour makes by itself, from every screen; while they are stopped says so, by whom and why. */
export function StopAll() {
  const changesNetwork = useLive(({ status }) => status?.changesNetwork ?? false);
  const killSwitch = useLive(({ status }) => status?.killSwitch ?? null);
  const isLive = useLive(({ phase }) => phase === 'live');
  const caller = useCaller();
  const may = (needed: Caller['role']) => caller === null || mayAct(caller.role, needed);
  const common = { disabled: !isLive, position: 'bottom-end', button: { size: 'compact-xs' } } as const;
  if (killSwitch) {
    return (
      <span className={classes.stopped} role="status" data-testid="stopped">
        <span>
          changes stopped <Age atMs={killSwitch.atMs} />
        </span>
        {may('admin') && (
          <ReasonButton
            {...common}
            label={<IconPlayerPlay size={14} aria-hidden="true" />}
            ariaLabel="Allow changes again"
            verb="Allow again"
            description={`Stopped by ${killSwitch.by}: ${killSwitch.reason}`}
            act={(reason) => post('/guardrails/release', { reason })}
            testId="release"
          />
        )}
      </span>
    );
  }
  if (!changesNetwork || !may('operator')) return null;
  return (
    <ReasonButton
      {...common}
      label={
        <>
          <IconHandStop size={14} aria-hidden="true" />{' '}
          <span className={`${classes.wideOnly} ${classes.afterIcon}`}>Stop all</span>
        </>
      }
      ariaLabel="Stop all changes"
      verb="Stop all changes"
      description="What is under way ends or goes back; nothing new begins by itself until it is allowed again."
      act={(reason) => post('/guardrails/kill', { reason })}
      testId="stop-all"
    />
  );
}
