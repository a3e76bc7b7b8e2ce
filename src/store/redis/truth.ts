import type { Redis } from 'ioredis';
import { Type } from 'typebox';
import { compileSchema } from '../../core/schema.ts';
import { LIMITS, truthKey } from '../keys.ts';
import type { ReportCorrupt, TruthLog, TruthRecord } from '../store.ts';
import { guarded } from './errors.ts';
import { Records } from './records.ts';
import { fieldOf } from './stream.ts';

const truthRecord = compileSchema(
  Type.Object({
    atMs: Type.Number(),
    faultId: Type.String(),
    kind: Type.String(),
    phase: Type.Union([Type.Literal('begin'), Type.Literal('end')]),
    links: Type.Array(Type.String()),
    details: Type.Record(Type.String(), Type.Unknown()),
  }),
  'CORRUPT_RECORD',
);

export interface RedisTruthLogOptions {
  readonly networkName: string;
  /** Stays the caller's: `close` does not end it. */
  readonly connection: Redis;
  readonly onCorrupt?: ReportCorrupt;
}

/** Ground truth under a prefix of its own; the store that scores and plans read from does not know it. */
export function createRedisTruthLog({ networkName, connection, onCorrupt }: RedisTruthLogOptions): TruthLog {
  const key = truthKey(networkName);
  const records = new Records(onCorrupt);
  const append = async (record: TruthRecord) => {
    await guarded('log the truth', () =>
      connection.xadd(key, 'MAXLEN', '~', LIMITS.truthMax, '*', 'record', JSON.stringify(record)),
    );
  };
  const latest = async (limit: number) => {
    if (limit <= 0) return [];
    const entries = await guarded('read the truth', () => connection.xrevrange(key, '+', '-', 'COUNT', limit));
    const all = entries.map((entry) => records.member(truthRecord, key, entry[0], fieldOf(entry, 'record')));
    return all.filter((record) => record !== null);
  };
  return { append, latest, close: async () => {} };
}
