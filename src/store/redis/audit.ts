import { compileSchema } from '../../core/schema.ts';
import { type AuditLog, type AuditRecord, NewAuditRecordSchema } from '../audit.ts';
import type { RedisContext } from './context.ts';
import { newestOfStream } from './stream.ts';

const auditRecord = compileSchema(NewAuditRecordSchema, 'CORRUPT_RECORD');

/** The audit stream, read only: scripts write it together with what it tells of. */
export function redisAudit({ connection, keys, records }: RedisContext): AuditLog {
  return {
    latest: (limit, beforeId) =>
      newestOfStream<AuditRecord>(connection, {
        ...{ key: keys.audit, field: 'record', limit, beforeId },
        decode: (id, text) => {
          const record = records.member(auditRecord, keys.audit, id, text);
          return record && { ...record, id };
        },
      }),
  };
}
