import type { Event } from '../../../api/schemas/screen.ts';
import { SEVERITIES, type Severity } from '../../events/severity.ts';
import { get, type Parameters } from '../../service/client.ts';

/** Kinds of events by what they are about: what one would look for, not how the log names it. */
export const KINDS = {
  links: ['link-state', 'link-acknowledged'],
  reroutes: [
    'proposal-created',
    'proposal-revised',
    'proposal-applied',
    'proposal-verified',
    'change-undone',
    'change-stuck',
    'change-lost',
    'proposal-closed',
  ],
  control: ['guardrails-changed', 'kill-switch', 'maintenance'],
  predictions: ['prediction', 'model', 'drift'],
  plans: ['plan-late', 'plan-refused', 'plan-failed', 'view-lost', 'view-restored'],
  devices: ['device-silent', 'device-back', 'samples-refused'],
  service: [
    'topology-changed',
    'service-started',
    'service-stopped',
    'history-failed',
    'history-lost',
    'history-limit',
  ],
  comments: ['comment'],
} as const;
export type Kind = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as Kind[];

export const SPANS = { '15m': 900_000, '1h': 3_600_000, '6h': 21_600_000, '24h': 86_400_000 } as const;
export type Span = keyof typeof SPANS;

/** What of the log is shown; it lives in the address. */
export interface EventFilter {
  readonly kinds: readonly Kind[];
  readonly severities: readonly Severity[];
  readonly link: string | null;
  readonly device: string | null;
  readonly reroute: string | null;
  readonly q: string;
  readonly span: Span | null;
}

export function readEventFilter(parameters: URLSearchParams): EventFilter {
  const [kinds, severities] = [list(parameters, 'kind'), list(parameters, 'severity')];
  const span = parameters.get('span');
  return {
    kinds: KIND_NAMES.filter((kind) => kinds.includes(kind)),
    severities: SEVERITIES.filter((severity) => severities.includes(severity)),
    link: parameters.get('link'),
    device: parameters.get('device'),
    reroute: parameters.get('reroute'),
    q: parameters.get('q') ?? '',
    span: span !== null && span in SPANS ? (span as Span) : null,
  };
}

const list = (parameters: URLSearchParams, name: string): string[] => (parameters.get(name) ?? '').split(',');

/** The filter in the words of the API. */
export function apiFilter(
  { kinds, severities, link, device, reroute, q, span }: EventFilter,
  nowMs: number,
): Parameters {
  return {
    type: kinds.length > 0 ? kinds.flatMap((kind) => KINDS[kind]) : null,
    severity: severities.length > 0 ? severities : null,
    ...{ link, device, reroute },
    q: q.trim() || null,
    since: span ? Math.round(nowMs - SPANS[span]) : null,
  };
}

/** A piece of the log, newest first. */
export interface EventPage {
  readonly items: readonly Event[];
  /** Where older ones go on; null at the end. */
  readonly before: string | null;
  /** Nothing that matches is newer in the log than this, as of when it was read. */
  readonly upTo: string;
}

export type EventPlace = { readonly before: string } | { readonly after: string } | null;

const PAGE = 200;

/** Reads the newest page, an older one, or all that is new since. */
export async function readEvents(filter: Parameters, place: EventPlace, signal: AbortSignal): Promise<EventPage> {
  if (place && 'after' in place) return readNew(filter, place.after, signal);
  const { items, next } = await readPage({ ...filter, ...place }, signal);
  return { items, before: next, upTo: items[0]?.id ?? '0' };
}

async function readNew(filter: Parameters, after: string, signal: AbortSignal): Promise<EventPage> {
  const items: Event[] = [];
  for (let from: string | null = after; from !== null; ) {
    const page: LogPage = await readPage({ ...filter, after: from }, signal);
    items.push(...page.items);
    from = page.next;
  }
  return { items: items.reverse(), before: null, upTo: items[0]?.id ?? after };
}

interface LogPage {
  readonly items: Event[];
  readonly next: string | null;
}

function readPage(parameters: Parameters, signal: AbortSignal): Promise<LogPage> {
  return get<LogPage>('/events', { parameters: { ...parameters, limit: PAGE }, signal });
}
