import { Type } from 'typebox';
import { nullable } from '../../core/schema.ts';
import type { Verification } from '../../reroute/execution.ts';
import { type AuditRecord, AuditRecordSchema } from '../../store/store.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import { callerOf } from '../plugins/access.ts';
import { Limit, List, NoQuery, problemResponses, Query } from '../schemas/common.ts';
import { CallerSchema, type Outcome, OutcomeSchema } from '../schemas/control.ts';

const PAGE = 1000;
/** Records that one question looks at, at most. */
const MAX_PAGES = 20;

const AuditQuery = Query({
  subject: Type.Optional(Type.String({ maxLength: 40, description: 'proposal, guardrails, maintenance or token' })),
  id: Type.Optional(Type.String({ maxLength: 256, description: 'id of the subject' })),
  before: Type.Optional(Type.String({ maxLength: 40, description: '`next` of the page before' })),
  limit: Limit,
});

export function auditRoutes(app: ApiServer, { store }: ApiDeps): void {
  app.get(
    '/audit',
    {
      schema: {
        tags: ['control'],
        summary: 'What was decided and done, newest first: who, when, why, and the hash of the plan',
        description: 'Written in the same step as what it tells of; append-only, the newest 200,000 records.',
        querystring: AuditQuery,
        response: { 200: List(AuditRecordSchema), ...problemResponses },
      },
    },
    async ({ query: { subject, id, before, limit = 100 } }) => {
      const fits = (record: AuditRecord): boolean =>
        (subject === undefined || record.subject === subject) && (id === undefined || record.subjectId === id);
      return newest(store, before, limit, (record) => (fits(record) ? record : null));
    },
  );

  app.get(
    '/outcomes',
    {
      schema: {
        tags: ['control'],
        summary: "How changes turned out, newest first: the twin's error over time",
        querystring: Query({ before: Type.Optional(Type.String({ maxLength: 40 })), limit: Limit }),
        response: {
          200: Type.Object({ items: Type.Array(OutcomeSchema), next: nullable(Type.String()) }),
          ...problemResponses,
        },
      },
    },
    async ({ query: { before, limit = 100 } }) => newest(store, before, limit, outcomeOf),
  );

  app.get(
    '/caller',
    {
      schema: {
        tags: ['control'],
        summary: 'Who you are to the service, and your role',
        querystring: NoQuery,
        response: { 200: CallerSchema, ...problemResponses },
      },
    },
    async (request) => callerOf(request),
  );
}

/** The newest records that `pick` takes. `next` where there may be more. */
async function newest<T>(
  { audit }: ApiDeps['store'],
  before: string | undefined,
  limit: number,
  pick: (record: AuditRecord) => T | null,
): Promise<{ items: T[]; next: string | null }> {
  const items: T[] = [];
  let from = before;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const records = await audit.latest(PAGE, from);
    for (const record of records) {
      const item = pick(record);
      from = record.id;
      if (item !== null) items.push(item);
      if (items.length === limit) return { items, next: record.id };
    }
    if (records.length < PAGE) return { items, next: null };
  }
  return { items, next: from ?? null };
}

function outcomeOf({ atMs, subjectId, reason, details }: AuditRecord): Outcome | null {
  const { verdict, loadError, revision } = details as Partial<Verification> & { revision?: number };
  if (verdict === undefined) return null;
  const error = typeof loadError === 'number' ? loadError : null;
  return { atMs, proposalId: subjectId, revision: revision ?? 1, verdict, reason: reason ?? '', loadError: error };
}
