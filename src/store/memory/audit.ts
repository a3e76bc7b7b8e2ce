import type { Clock } from '../../core/clock.ts';
import type { AuditLog, AuditRecord, NewAuditRecord } from '../audit.ts';
import { LIMITS } from '../keys.ts';
import { MemoryLog } from './log.ts';

/** Audit records as JSON text, so that nobody can change what was logged. */
export class MemoryAudit implements AuditLog {
  readonly #log: MemoryLog<string>;

  constructor(clock: Clock) {
    this.#log = new MemoryLog(clock);
  }

  appendTexts(texts: readonly string[]): void {
    this.#log.append(texts);
    this.#log.keepNewest(LIMITS.auditMax);
  }

  async latest(limit: number, beforeId?: string): Promise<AuditRecord[]> {
    return this.#log.latest(limit, beforeId).map(({ id, value }) => ({ ...(JSON.parse(value) as NewAuditRecord), id }));
  }
}
