import { type Static, Type } from 'typebox';
import { ACCESS_ROLES } from '../core/access.ts';
import { nullable } from '../core/schema.ts';

export const AUDIT_SUBJECTS = ['proposal', 'guardrails', 'maintenance', 'token', 'link'] as const;

/** One thing that was decided or done: who, when, what, why. Never holds a secret. */
export const NewAuditRecordSchema = Type.Object({
  atMs: Type.Number(),
  /** Name of the token, `local`, or `detour` for what the service did by itself. */
  by: Type.String(),
  role: Type.Enum(ACCESS_ROLES),
  /** `approve`, `apply`, `step`, `verify`, `kill`, ... */
  action: Type.String(),
  subject: Type.Enum(AUDIT_SUBJECTS),
  subjectId: Type.String(),
  /** Statuses of a proposal or maintenance before and after; null where the subject has none. */
  from: nullable(Type.String()),
  to: nullable(Type.String()),
  reason: nullable(Type.String()),
  /** Of a proposal: names the moves and their order exactly. */
  planHash: nullable(Type.String()),
  /** `Idempotency-Key` of the request, where it had one. */
  requestKey: nullable(Type.String()),
  details: Type.Record(Type.String(), Type.Unknown()),
});
export type NewAuditRecord = Static<typeof NewAuditRecordSchema>;

/** A record as the audit stream keeps it; ids grow. */
export const AuditRecordSchema = Type.Object({ id: Type.String(), ...NewAuditRecordSchema.properties });
export type AuditRecord = Static<typeof AuditRecordSchema>;

/** What was decided and done. Only written together with what it tells of; nothing changes or removes a record. */
export interface AuditLog {
  /** The newest records (older than `beforeId` where it is given), newest first. Rejects with INVALID_INPUT for no id. */
  latest(limit: number, beforeId?: string): Promise<AuditRecord[]>;
}
