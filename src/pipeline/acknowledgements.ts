import { compileSchema } from '../core/schema.ts';
import { type Acknowledgement, AcknowledgementSchema } from '../health/acknowledgement.ts';
import type { NewEvent } from '../store/events.ts';
import type { NewAuditRecord, Store, Written } from '../store/store.ts';

const checker = compileSchema(AcknowledgementSchema, 'CORRUPT_RECORD');

/** An acknowledgement with the version of its record. */
export interface KeptAcknowledgement {
  readonly version: number;
  readonly value: Acknowledgement;
}

/** Acknowledgements that stand, by link. There is one record for each link that ever had one. */
export async function readAcknowledgements({
  control,
}: Pick<Store, 'control'>): Promise<ReadonlyMap<string, KeptAcknowledgement>> {
  const kept = new Map<string, KeptAcknowledgement>();
  for (const { id, version, value } of await control.list('acknowledgements'))
    if (checker.matches(value) && value.endedAtMs === null) kept.set(id, { version, value });
  return kept;
}

/** What stands of one link, null for nothing; and the version of its record, 0 where it never had one. */
export async function readAcknowledgement(
  { control }: Pick<Store, 'control'>,
  linkId: string,
): Promise<{ readonly version: number; readonly value: Acknowledgement | null }> {
  const record = await control.read('acknowledgements', linkId);
  const value = checker.matches(record?.value) && record.value.endedAtMs === null ? record.value : null;
  return { version: record?.version ?? 0, value };
}

/** Writes it with its event and its audit record, from the version it was made from. */
export function writeAcknowledgement(
  { control }: Pick<Store, 'control'>,
  value: Acknowledgement,
  { version, audit }: { readonly version: number; readonly audit: NewAuditRecord },
): Promise<Written> {
  const { linkId: id, endedAtMs } = value;
  const events = [endedAtMs === null ? begun(value) : ended(value, audit)];
  const { requestKey } = audit;
  return control.change({ kind: 'acknowledgements', id, version, value, audit, events, requestKey });
}

/** Who, when and why, for views and events. */
export function acknowledgedView({ by, atMs, reason }: Acknowledgement): { by: string; atMs: number; reason: string } {
  return { by, atMs, reason };
}

function begun(value: Acknowledgement): NewEvent {
  const { linkId, by, atMs, reason, state } = value;
  return {
    ...{ atMs, type: 'link-acknowledged', severity: 'info', cleared: false },
    ...{ linkId, deviceId: null, proposalId: null },
    message: `${linkId}, ${state}, was acknowledged by ${by}: ${reason}`,
    details: { acknowledged: acknowledgedView(value) },
  };
}

function ended({ linkId }: Acknowledgement, { atMs, by, reason }: NewAuditRecord): NewEvent {
  return {
    ...{ atMs, type: 'link-acknowledged', severity: 'info', cleared: true },
    ...{ linkId, deviceId: null, proposalId: null },
    message: `${linkId} is not acknowledged any more, by ${by}: ${reason}`,
    details: { acknowledged: null },
  };
}
