import { type Static, Type } from 'typebox';

/** Reports that are older are of pollers that have ended. */
export const POLLER_REPORT_TTL_MS = 30_000;
/** Most reports that are kept; beyond it the oldest go. */
export const POLLER_REPORTS_MAX = 64;
export const SLOW_DEVICES_MAX = 50;

const Count = Type.Number({ minimum: 0 });
const CountsByName = Type.Record(Type.String({ maxLength: 64 }), Count, { maxProperties: 64 });

/** What one poller says about itself, every few seconds; sums since its start where nothing else is said. */
export const PollerReportSchema = Type.Object({
  /** Unique to a process and its run. */
  holder: Type.String({ minLength: 1, maxLength: 64 }),
  atMs: Type.Number(),
  /** Devices of the network, those that are this poller's now, and of them the silent and the slow ones. */
  devices: Count,
  held: Count,
  silent: Count,
  slowCount: Count,
  /** Leases held now; 0 where there is nobody to share with. */
  leases: Count,
  polls: Count,
  failures: Count,
  skipped: Count,
  suspended: Count,
  statusPolls: Count,
  samples: Count,
  /** Polls under way and waiting, requests under way, now. */
  polling: Count,
  waiting: Count,
  inFlight: Count,
  /** Worst over the last ten seconds. */
  lagMs: Count,
  requests: Count,
  retries: Count,
  answers: Count,
  timeouts: Count,
  /** Packets that were not used, by reason. */
  unexpected: CountsByName,
  traps: Type.Object({
    received: CountsByName,
    dropped: CountsByName,
    acknowledged: Count,
    confirmed: Count,
    contradicted: Count,
  }),
  slow: Type.Array(Type.Object({ deviceId: Type.String({ maxLength: 256 }), pollMs: Count, silent: Type.Boolean() }), {
    maxItems: SLOW_DEVICES_MAX,
  }),
});
export type PollerReport = Static<typeof PollerReportSchema>;

/** Where pollers say how they are, for whoever shows it. */
export interface PollerBoard {
  /** Replaces what this holder said before. */
  write(report: PollerReport): Promise<void>;
  /** What living pollers said last, by holder. */
  readAll(): Promise<PollerReport[]>;
  /** The poller has ended. */
  remove(holder: string): Promise<void>;
}

/** Those that are not too old, the newest of too many, by holder. */
export function livingReports(reports: readonly PollerReport[], nowMs: number): PollerReport[] {
  return reports
    .filter(({ atMs }) => nowMs - atMs <= POLLER_REPORT_TTL_MS)
    .sort((x, y) => y.atMs - x.atMs)
    .slice(0, POLLER_REPORTS_MAX)
    .sort((x, y) => (x.holder < y.holder ? -1 : 1));
}
