import { Gauge, type Registry } from 'prom-client';
import type { PollerReport } from '../../store/store.ts';

type Single = Exclude<
  { [K in keyof PollerReport]: PollerReport[K] extends number ? K : never }[keyof PollerReport],
  'atMs'
>;

/** Sums since a poller's start carry `_total`; the others are of now. */
const SINGLES: Readonly<Record<Single, readonly [name: string, help: string]>> = {
  devices: ['devices', 'Devices of the network that can be polled'],
  held: ['devices_held', "Devices that are this poller's now"],
  silent: ['devices_silent', 'Devices of this poller that do not answer'],
  slowCount: ['devices_slow', 'Devices of this poller that are silent, or take more than half the time they may'],
  leases: ['leases', 'Leases that this poller holds; 0 where there is nobody to share with'],
  polls: ['polls_total', 'Polls of devices'],
  failures: ['poll_failures_total', 'Polls that failed'],
  skipped: ['polls_skipped_total', 'Polls left out because the one before had not ended'],
  suspended: ['polls_suspended_total', 'Polls left out because the device has been dead for a while'],
  statusPolls: ['status_polls_total', 'Polls set off by traps'],
  samples: ['samples_total', 'Interface samples taken'],
  polling: ['polls_running', 'Polls under way'],
  waiting: ['polls_waiting', 'Polls that wait for their turn'],
  inFlight: ['requests_in_flight', 'Requests that wait for their answer'],
  lagMs: ['lag_seconds', 'How late polls began at most, by our own fault, over the last ten seconds'],
  requests: ['requests_total', 'Requests'],
  retries: ['retries_total', 'Requests sent another time'],
  answers: ['answers_total', 'Answers'],
  timeouts: ['timeouts_total', 'Requests without a usable answer'],
};

/** Devices that are named, over all pollers. */
const MAX_NAMED = 50;

/** What pollers, wherever they run, say about themselves. The series of a poller that has ended go with it. */
export function pollerMetrics(registry: Registry): (reports: readonly PollerReport[]) => void {
  const gauge = (name: string, help: string, labelNames: readonly string[]): Gauge =>
    new Gauge({ name: `detour_snmp_${name}`, help, labelNames: ['poller', ...labelNames], registers: [registry] });
  const singles = Object.entries(SINGLES).map(([field, [name, help]]) => ({
    field: field as Single,
    metric: gauge(name, help, []),
  }));
  const named = {
    unexpected: gauge('unexpected_packets_total', 'Packets that were not used', ['reason']),
    received: gauge('traps_total', 'Traps and informs of known devices', ['kind']),
    dropped: gauge('traps_dropped_total', 'Packets at the trap port that were dropped', ['reason']),
    follow: gauge('traps_followed_total', 'Traps that the device bore out, or not, when it was asked', ['outcome']),
    acknowledged: gauge('informs_acknowledged_total', 'Informs that were acknowledged', []),
    slow: gauge('slow_device_poll_seconds', 'How long polls of slow and silent devices take; the worst 50', ['device']),
  };
  const record = (report: PollerReport): void => {
    const poller = report.holder.slice(0, 8);
    for (const { field, metric } of singles) {
      metric.set({ poller }, field === 'lagMs' ? report.lagMs / 1000 : report[field]);
    }
    for (const [label, metric, counts] of countsOf(report, named)) {
      for (const [name, count] of Object.entries(counts)) metric.set({ poller, [label]: name }, count);
    }
    named.acknowledged.set({ poller }, report.traps.acknowledged);
  };
  return (reports) => {
    for (const { metric } of singles) metric.reset();
    for (const metric of Object.values(named)) metric.reset();
    for (const report of reports) record(report);
    for (const { poller, device, pollMs } of slowest(reports)) named.slow.set({ poller, device }, pollMs / 1000);
  };
}

type Named = Readonly<Record<'unexpected' | 'received' | 'dropped' | 'follow', Gauge>>;

/** The counts of a report that carry names, with the label that these stand under. */
function countsOf(
  { unexpected, traps }: PollerReport,
  named: Named,
): [string, Gauge, Readonly<Record<string, number>>][] {
  const { received, dropped, confirmed, contradicted } = traps;
  return [
    ['reason', named.unexpected, unexpected],
    ['kind', named.received, received],
    ['reason', named.dropped, dropped],
    ['outcome', named.follow, { confirmed, contradicted }],
  ];
}

function slowest(reports: readonly PollerReport[]): { poller: string; device: string; pollMs: number }[] {
  return reports
    .flatMap(({ holder, slow }) =>
      slow.map(({ deviceId, pollMs }) => ({ poller: holder.slice(0, 8), device: deviceId, pollMs })),
    )
    .sort((x, y) => y.pollMs - x.pollMs)
    .slice(0, MAX_NAMED);
}
