import { compileSchema } from '../core/schema.ts';
import type { Store } from '../store/store.ts';
import { DEFAULT_GUARDRAILS, type Guardrails, GuardrailsSchema } from './guardrails.ts';

export const GUARDRAILS_ID = 'settings';
const checker = compileSchema(GuardrailsSchema, 'CORRUPT_RECORD');

/** The guardrails as they are set, with the version of their record. Rejects with CORRUPT_RECORD: then nothing is applied. */
export async function readGuardrails({
  control,
}: Pick<Store, 'control'>): Promise<{ readonly version: number; readonly guardrails: Guardrails }> {
  const record = await control.read('guardrails', GUARDRAILS_ID);
  if (!record) return { version: 0, guardrails: DEFAULT_GUARDRAILS };
  return { version: record.version, guardrails: checker.parse({ ...DEFAULT_GUARDRAILS, ...Object(record.value) }) };
}
