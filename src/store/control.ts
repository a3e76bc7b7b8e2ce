import type { NewAuditRecord } from './audit.ts';
import type { NewEvent } from './events.ts';

/** What people set up: one guardrails record, tokens and maintenance windows by id, acknowledgements by link. */
export const CONTROL_KINDS = ['guardrails', 'tokens', 'maintenance', 'acknowledgements'] as const;
export type ControlKind = (typeof CONTROL_KINDS)[number];

/** A record with its version; its content is JSON and the affair of whoever writes it. */
export interface ControlRecord {
  readonly id: string;
  readonly version: number;
  readonly value: unknown;
}

export interface ControlChange {
  readonly kind: ControlKind;
  readonly id: string;
  /** Version the change was made from; 0 for a new record. */
  readonly version: number;
  readonly value: unknown;
  readonly audit: NewAuditRecord;
  readonly events: readonly NewEvent[];
  /** Ids of records of the same kind that are forgotten with it. */
  readonly forget?: readonly string[];
  /** Names the request, so that one that is sent again does nothing. */
  readonly requestKey: string | null;
}

/** What became of a change: written, repeated (its request key was seen before), or made from an older version. */
export type Written = 'written' | 'repeated' | 'conflict';

/** What people set up. Record, audit and events are written in one step. */
export interface ControlStore {
  /** All records, by id; the value of one that cannot be read is null. */
  list(kind: ControlKind): Promise<ControlRecord[]>;
  read(kind: ControlKind, id: string): Promise<ControlRecord | null>;
  change(change: ControlChange): Promise<Written>;
  /** What a request key was used for in the last day; null where it is new. Says so where the body was another one. */
  request(requestKey: string): Promise<string | null>;
}
