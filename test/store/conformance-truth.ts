import { expect, it } from 'vitest';
import type { TruthLog, TruthRecord } from '../../src/store/store.ts';

/** What every implementation of the truth log has to do. */
export function truthConformance(create: () => Promise<TruthLog>): void {
  it('keeps what happened, newest first', async () => {
    const log = await create();
    const records = ['f1', 'f2', 'f3'].map(
      (faultId): TruthRecord => ({ atMs: 1, faultId, kind: 'cut', phase: 'begin', links: ['l1'], details: { x: 1 } }),
    );
    expect(await log.latest(5)).toEqual([]);
    for (const record of records) await log.append(record);
    expect(await log.latest(2)).toEqual(records.toReversed().slice(0, 2));
    expect(await log.latest(0)).toEqual([]);
    await log.close();
  });
}
