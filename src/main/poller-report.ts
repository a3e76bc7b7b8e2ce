import type { PollerReport } from '../store/pollers.ts';
import type { SnmpSourceStats } from '../telemetry/snmp/source-types.ts';
import type { TrapCounts } from '../telemetry/snmp/traps/counts.ts';

/** What a poller says about itself, for the store. */
export function pollerReport(
  about: Pick<PollerReport, 'holder' | 'atMs' | 'leases'>,
  stats: SnmpSourceStats,
  traps: TrapCounts,
): PollerReport {
  const { engine, slow } = stats;
  return {
    ...about,
    devices: stats.devices,
    held: stats.held,
    silent: stats.silent,
    slowCount: stats.slowCount,
    polls: stats.polls,
    failures: stats.failures,
    skipped: stats.skipped,
    suspended: stats.suspended,
    statusPolls: stats.statusPolls,
    samples: stats.samples,
    polling: stats.polling,
    waiting: stats.waiting,
    lagMs: stats.lagMs,
    inFlight: engine.inFlight,
    requests: engine.requests,
    retries: engine.retries,
    answers: engine.answers,
    timeouts: engine.timeouts,
    unexpected: { ...engine.unexpected },
    traps: { ...traps, received: { ...traps.received }, dropped: { ...traps.dropped } },
    slow: [...slow],
  };
}
