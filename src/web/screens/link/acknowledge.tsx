import type { LinkView } from '../../../api/schemas/screen.ts';
import { useLive } from '../../live/use-live.ts';
import { post } from '../../service/client.ts';
import { AcknowledgedMark } from '../../shared/acknowledged-mark.tsx';
import { Age } from '../../shared/age.tsx';
import { Needs } from '../../shared/needs.tsx';
import { ReasonButton } from '../../shared/reason-button.tsx';
import classes from './link.module.css';

/** Who knows that the link is not well, and the button that says so or takes it back; nothing for a healthy one. */
export function Acknowledge({ link }: { readonly link: LinkView }) {
  const isLive = useLive(({ phase }) => phase === 'live');
  const { id, state, acknowledged } = link;
  if (state === 'healthy' && acknowledged === null) return null;
  const path = `/links/${encodeURIComponent(id)}`;
  const common = { disabled: !isLive, position: 'bottom-start', button: { size: 'compact-sm' } } as const;
  if (acknowledged === null) {
    return (
      <p className={classes.acknowledge}>
        <Needs needed="operator" what="To acknowledge it">
          <ReasonButton
            {...common}
            label="Acknowledge…"
            verb="Acknowledge"
            description="Holds until the link is healthy again or gets worse than it is now."
            act={(reason) => post(`${path}/acknowledge`, { reason })}
            testId="acknowledge"
          />
        </Needs>
      </p>
    );
  }
  const { by, atMs, reason } = acknowledged;
  return (
    <p className={classes.acknowledge} data-testid="acknowledged">
      <AcknowledgedMark />
      <span>
        Acknowledged by {by}{' '}
        <span className="dim">
          <Age atMs={atMs} />
        </span>
        : {reason}
      </span>
      <Needs needed="operator" what="To withdraw that">
        <ReasonButton
          {...common}
          label="Withdraw…"
          verb="Withdraw"
          description="Everybody sees the link as one that nobody has looked at."
          act={(why) => post(`${path}/unacknowledge`, { reason: why })}
          testId="unacknowledge"
        />
      </Needs>
    </p>
  );
}
