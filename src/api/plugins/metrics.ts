import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry } from 'prom-client';
import { HEALTH_STATES } from '../../health/link-state.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import type { EventHub } from '../event-hub.ts';
import { readStatus, type Status } from '../status.ts';
import { pollerMetrics } from './poller-metrics.ts';

/** Prometheus metrics of the process, of HTTP and of the network, at `/metrics`. */
export function registerMetrics(app: ApiServer, deps: ApiDeps, hub: EventHub): void {
  const { registry } = deps;
  // Main may have asked for them already; twice is an error.
  if (!registry.getSingleMetric('process_cpu_seconds_total')) collectDefaultMetrics({ register: registry });
  observeRequests(app, registry);
  const record = networkMetrics(registry, hub);
  const recordPollers = pollerMetrics(registry);
  app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    // Without the store the metrics of the process matter all the more.
    const status = await readStatus(deps).catch((error: unknown) => {
      request.log.warn({ err: error }, 'metrics without the store');
      return null;
    });
    record(status);
    recordPollers(await deps.store.pollers.readAll().catch(() => []));
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

function observeRequests(app: ApiServer, registry: Registry): void {
  const durations = new Histogram({
    name: 'detour_http_request_duration_seconds',
    help: 'Time from request to end of answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    // The pattern, not the address: every link id would be a series of its own.
    const route = request.routeOptions.url ?? 'none';
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
}

function networkMetrics(registry: Registry, hub: EventHub): (status: Status | null) => void {
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const counter = (name: string, help: string) => new Counter({ name, help, registers: [registry] });
  const metrics = {
    storeUp: gauge('detour_store_up', '1 while the store answers'),
    links: gauge('detour_links', 'Links by state', ['state']),
    proposals: gauge('detour_open_proposals', 'Open proposals', ['status']),
    killSwitch: gauge('detour_kill_switch', '1 while automatic changes are stopped'),
    backlog: gauge('detour_sample_backlog_batches', 'Batches of samples that wait for a scorer'),
    planAge: gauge('detour_last_plan_age_seconds', 'Time since the last plan was finished'),
    streams: gauge('detour_event_streams', 'Open event streams'),
    applied: counter('detour_samples_applied_total', 'Samples that were scored'),
    refused: counter('detour_samples_refused_total', 'Samples that were refused'),
    saved: counter('detour_saved_bits_total', 'Traffic kept from loss by applied reroutes'),
  };
  return (status) => {
    metrics.storeUp.set(status ? 1 : 0);
    metrics.streams.set(hub.clientCount);
    if (!status) return;
    for (const state of HEALTH_STATES) metrics.links.set({ state }, status.links[state]);
    metrics.proposals.set({ status: 'proposed' }, status.proposals.proposed);
    metrics.proposals.set({ status: 'applying' }, status.proposals.applying);
    metrics.killSwitch.set(status.killSwitch ? 1 : 0);
    metrics.proposals.set({ status: 'applied' }, status.proposals.applied);
    metrics.proposals.set({ status: 'no-safe-alternative' }, status.proposals.noSafeAlternative);
    metrics.backlog.set(status.samples.backlog);
    if (status.lastPlan) metrics.planAge.set(status.lastPlan.ageMs / 1000);
    total(metrics.applied, status.samples.applied);
    total(metrics.refused, status.samples.refused);
    total(metrics.saved, status.savedBits);
  };
}

/** Sets a counter to a sum that is kept elsewhere. */
function total(counter: Counter, value: number): void {
  counter.reset();
  counter.inc(Math.max(0, value));
}
