import type { AuditRecord } from '../../../api/schemas/screen.ts';
import { get } from '../../service/client.ts';

/** What records are about, in the words of the API and of the screen. */
export const SUBJECTS = {
  proposal: 'reroutes',
  link: 'links',
  maintenance: 'maintenance',
  guardrails: 'guardrails',
  token: 'tokens',
} as const satisfies Record<AuditRecord['subject'], string>;
export type Subject = keyof typeof SUBJECTS;
export const SUBJECT_NAMES = Object.keys(SUBJECTS) as Subject[];

export interface AuditFilter {
  readonly subject: Subject | null;
  /** Of one object; empty for all. */
  readonly id: string;
}

export function readAuditFilter(parameters: URLSearchParams): AuditFilter {
  const subject = SUBJECT_NAMES.find((each) => each === parameters.get('subject')) ?? null;
  return { subject, id: parameters.get('id') ?? '' };
}

export interface AuditPage {
  readonly items: readonly AuditRecord[];
  readonly next: string | null;
}

const PAGE = 100;

export function readAudit({ subject, id }: AuditFilter, before: string | null, signal: AbortSignal) {
  return get<AuditPage>('/audit', { parameters: { subject, id: id.trim() || null, before, limit: PAGE }, signal });
}

/** Where the object of a record is on the screen; null for what has no place. */
export function placeOf({ subject, subjectId }: Pick<AuditRecord, 'subject' | 'subjectId'>): string | null {
  const id = encodeURIComponent(subjectId);
  const places: Readonly<Record<Subject, string | null>> = {
    proposal: `/reroutes/${id}`,
    link: `/links/${id}`,
    maintenance: '/control',
    guardrails: '/control?part=guardrails',
    token: null,
  };
  return places[subject];
}

/** What guardrails were changed from and to, where the record tells. */
export function guardrailChanges({ subject, details }: Pick<AuditRecord, 'subject' | 'details'>) {
  if (subject !== 'guardrails' || typeof details.changes !== 'object' || details.changes === null) return [];
  return Object.entries(details.changes as Record<string, { from: unknown; to: unknown }>).map(
    ([name, { from, to }]) => ({ name, from: short(from), to: short(to) }),
  );
}

const LONGEST = 80;

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
