import type { Event, LinkChange, LinkChanges, LinkView, Snapshot, Status } from '../../api/schemas/screen.ts';
import { type Counts, countLinks } from './counts.ts';
import type { StreamMessage } from './sse.ts';

export const PHASES = ['connecting', 'live', 'lost'] as const;
export type Phase = (typeof PHASES)[number];

/** Events that are kept for those who come to look; the API has the rest. */
const KEPT_EVENTS = 500;

/** What is known now. Replaced, never changed: what did not change is the same object as before. */
export interface LiveState {
  readonly phase: Phase;
  /** When the connection was lost, by the clock of this machine. */
  readonly lostSinceMs: number | null;
  /** Clock of the service minus clock of this machine, so that ages are right on a machine whose clock is not. */
  readonly clockOffsetMs: number;
  /** When something was last heard, by the clock of this machine; null before the first snapshot. */
  readonly heardAtMs: number | null;
  /** In the order of the network. */
  readonly links: readonly LinkView[];
  readonly indexById: ReadonlyMap<string, number>;
  readonly counts: Counts;
  readonly status: Status | null;
  /** Newest last. */
  readonly events: readonly Event[];
  /** Counts up with every plan and every event about a proposal: what was read about them is out of date. */
  readonly decisions: number;
}

/** A state that is being made. */
type Draft = { -readonly [K in keyof LiveState]: LiveState[K] };

export const EMPTY: LiveState = {
  phase: 'connecting',
  lostSinceMs: null,
  clockOffsetMs: 0,
  heardAtMs: null,
  links: [],
  indexById: new Map(),
  counts: countLinks([]),
  status: null,
  events: [],
  decisions: 0,
};

/** The state after these messages, which arrived by `nowMs` (clock of this machine). Throws on what is not JSON. */
export function applyMessages(state: LiveState, messages: readonly StreamMessage[], nowMs: number): LiveState {
  if (messages.length === 0) return state;
  const next: Draft = { ...state, heardAtMs: nowMs };
  const links = new LinkBatch(state.links, state.indexById);
  for (const { event, data } of messages) {
    const content: unknown = JSON.parse(data);
    if (event === 'snapshot') {
      Object.assign(next, fromSnapshot(content as Snapshot, nowMs));
      next.decisions += 1;
      links.reset(next.links, next.indexById);
    } else if (event === 'links') {
      for (const change of (content as LinkChanges).links) links.merge(change);
    } else if (event === 'status') takeStatus(next, content as Status);
    else takeEvent(next, links, content as Event);
  }
  if (links.changed) {
    next.links = links.links;
    next.counts = countLinks(next.links);
  }
  return next;
}

export function lost(state: LiveState, nowMs: number): LiveState {
  return state.phase === 'lost' ? state : { ...state, phase: 'lost', lostSinceMs: nowMs };
}

/** The stream is open; it is live once there is a picture to go with it. */
export function opened(state: LiveState): LiveState {
  return { ...state, phase: state.status === null ? 'connecting' : 'live', lostSinceMs: null };
}

function fromSnapshot(snapshot: Snapshot, nowMs: number): Partial<LiveState> {
  const { links, status } = snapshot;
  return {
    phase: 'live',
    clockOffsetMs: snapshot.atMs - nowMs,
    links,
    indexById: new Map(links.map(({ id }, index) => [id, index])),
    counts: countLinks(links),
    status,
  };
}

/** A plan that was not there before makes what was read about proposals out of date. */
function takeStatus(next: Draft, status: Status): void {
  if (status.lastPlan?.id !== next.status?.lastPlan?.id) next.decisions += 1;
  next.status = status;
}

function takeEvent(next: Draft, links: LinkBatch, event: Event): void {
  next.events = [...next.events, event].slice(-KEPT_EVENTS);
  if (event.type === 'link-state' && event.linkId !== null) {
    const { to, score, adminDown } = event.details as Pick<LinkView, 'score' | 'adminDown'> & { to: LinkView['state'] };
    links.merge({ id: event.linkId, state: to, score, adminDown, sinceMs: event.atMs });
  }
  if (event.type === 'link-acknowledged' && event.linkId !== null)
    links.merge({ id: event.linkId, ...(event.details as Pick<LinkView, 'acknowledged'>) });
  if (event.proposalId !== null || event.type.startsWith('plan') || event.type.startsWith('view')) next.decisions += 1;
}

/** Copies the list once for all changes of a frame. */
class LinkBatch {
  #links: readonly LinkView[];
  #indexById: ReadonlyMap<string, number>;
  #copy: LinkView[] | null = null;

  constructor(links: readonly LinkView[], indexById: ReadonlyMap<string, number>) {
    this.#links = links;
    this.#indexById = indexById;
  }

  get changed(): boolean {
    return this.#copy !== null;
  }

  get links(): readonly LinkView[] {
    return this.#copy ?? this.#links;
  }

  reset(links: readonly LinkView[], indexById: ReadonlyMap<string, number>): void {
    this.#links = links;
    this.#indexById = indexById;
    this.#copy = null;
  }

  /** A link that is not of this network is left out: the next snapshot has it. */
  merge(change: LinkChange): void {
    const index = this.#indexById.get(change.id);
    const before = index === undefined ? undefined : this.links[index];
    if (index === undefined || before === undefined) return;
    this.#copy ??= [...this.#links];
    const { arcs, ...fields } = change;
    this.#copy[index] = { ...before, ...fields, ...(arcs ? { arcs: mergeArcs(before.arcs, arcs) } : {}) };
  }
}

function mergeArcs({ az, za }: LinkView['arcs'], changes: NonNullable<LinkChange['arcs']>): LinkView['arcs'] {
  return { az: changes.az ? { ...az, ...changes.az } : az, za: changes.za ? { ...za, ...changes.za } : za };
}
