import { Link } from 'wouter';
import type { Event } from '../../api/schemas/screen.ts';
import { Age } from '../shared/age.tsx';
import classes from './event.module.css';
import { EventThread } from './event-thread.tsx';
import { SeverityMark } from './severity-mark.tsx';

interface Props {
  readonly event: Event;
  readonly isOpen: boolean;
  readonly toggle: () => void;
  /** Beside other things: text under its severity, without the object, which is what the place is about. */
  readonly narrow?: boolean;
}

/** One line of the log; open, it shows figures and what people wrote about it. */
export function EventRow({ event, isOpen, toggle, narrow = false }: Props) {
  const { severity, cleared, atMs, message, type } = event;
  return (
    <>
      <div className={classes.row} data-narrow={narrow} data-testid="event-row" data-type={type}>
        <span className={classes.time}>
          <Age atMs={atMs} suffix="" />
        </span>
        <span className={classes.severity}>
          <SeverityMark severity={severity} cleared={cleared} />
          <span className={classes.word}>{cleared ? 'cleared' : severity}</span>
        </span>
        <button type="button" className={classes.message} aria-expanded={isOpen} onClick={toggle} data-row-button>
          {type === 'comment' && <span className="dim">{commentHead(event)}: </span>}
          {message}
        </button>
        {!narrow && <EventObject event={event} />}
      </div>
      {isOpen && <EventThread id={threadId(event)} narrow={narrow} />}
    </>
  );
}

/** A comment opens the thread it belongs to. */
function threadId({ id, type, details }: Event): string {
  return type === 'comment' ? String(details.eventId) : id;
}

export function commentHead({ details }: Event): string {
  return details.by ? `comment by ${String(details.by)}` : 'comment';
}

/** Where the thing is that it is about. */
function EventObject({ event: { linkId, deviceId, proposalId } }: { readonly event: Event }) {
  return (
    <span className={classes.object}>
      {linkId && (
        <Link href={`/links/${encodeURIComponent(linkId)}`} className="id">
          {linkId}
        </Link>
      )}
      {deviceId && (
        <Link href={`/?node=${encodeURIComponent(deviceId)}`} className="id">
          {deviceId}
        </Link>
      )}
      {proposalId && (
        <Link href={`/reroutes/${encodeURIComponent(proposalId)}`} className="id">
          {proposalId}
        </Link>
      )}
    </span>
  );
}
