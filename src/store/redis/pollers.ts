import { compileSchema } from '../../core/schema.ts';
import { livingReports, type PollerBoard, type PollerReport, PollerReportSchema } from '../pollers.ts';
import type { RedisContext } from './context.ts';
import { guarded } from './errors.ts';

const pollerReport = compileSchema(PollerReportSchema, 'CORRUPT_RECORD');

export function redisPollers({ connection, keys, records, clock }: RedisContext): PollerBoard {
  const all = async () => {
    const texts = await guarded('read what pollers say', () => connection.hgetall(keys.pollers));
    const reports = Object.entries(texts).flatMap(
      ([holder, text]) => records.member(pollerReport, keys.pollers, holder, text) ?? [],
    );
    return { holders: Object.keys(texts), reports };
  };
  const write = async (report: PollerReport) => {
    const text = JSON.stringify(report);
    await guarded('write what a poller says', () => connection.hset(keys.pollers, report.holder, text));
    const { holders, reports } = await all();
    const living = new Set(livingReports(reports, clock.nowMs()).map(({ holder }) => holder));
    const gone = holders.filter((holder) => !living.has(holder));
    if (gone.length > 0) await guarded('forget pollers', () => connection.hdel(keys.pollers, ...gone));
  };
  const readAll = async () => livingReports((await all()).reports, clock.nowMs());
  const remove = async (holder: string) => {
    await guarded('forget a poller', () => connection.hdel(keys.pollers, holder));
  };
  return { write, readAll, remove };
}
