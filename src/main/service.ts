import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { loadDemands, loadNetwork } from '../../topology/files.ts';
import type { ValidatedNetwork } from '../../topology/formats/detour-network.ts';
import { type Demand, indexNetwork, type NetworkIndex } from '../../topology/model.ts';
import { readStatus, type Status } from '../api/status.ts';
import { systemClock } from '../core/clock.ts';
import { DetourError } from '../core/errors.ts';
import { thresholdsFrom } from '../health/thresholds.ts';
import { AcknowledgementKeeper } from '../pipeline/acknowledgement-keeper.ts';
import { createIngest } from '../pipeline/ingest.ts';
import { createScoringService } from '../pipeline/scoring-service.ts';
import type { Event } from '../store/events.ts';
import { createRedisStore } from '../store/redis/store.ts';
import { createRedisTruthLog } from '../store/redis/truth.ts';
import type { Store } from '../store/store.ts';
import { openActuator } from './actuator.ts';
import type { Context, ServiceOptions } from './context.ts';
import { crashPoint } from './crash-point.ts';
import { discoveryJobs } from './discovery.ts';
import { createErrorLog } from './error-log.ts';
import { foresight } from './foresight.ts';
import { keepHeapsTight } from './heap.ts';
import { history } from './history-child.ts';
import { Lifecycle, type Service, type StopReport } from './lifecycle.ts';
import { listen } from './listen.ts';
import { estimator, planningClient, planWorker, studies } from './planning.ts';
import { Polling } from './polling.ts';
import { openRedis } from './redis.ts';
import { type Runtime, resolveRuntime } from './runtime.ts';
import { withSuccession } from './succession.ts';
import { simulatorSource, type TelemetryParts, writeFileDemands } from './telemetry.ts';

export type { Event } from '../store/events.ts';

export interface RunningService {
  readonly runtime: Runtime;
  readonly network: NetworkIndex;
  /** Where the API listens; null without the `api` role. */
  readonly url: string | null;
  status(): Promise<Status>;
  /** What happened after this event (null: from now on), oldest first, and where to go on. */
  eventsAfter(id: string | null): Promise<{ events: readonly Event[]; lastId: string }>;
  /** Stops everything in order: sources, drain, workers, API with its streams, Redis. Idempotent. */
  stop(): Promise<StopReport[]>;
}

const STOP_BOUND_MS = 1_500;
const DRAIN_MS = 500;

/** Starts the roles of this process. Throws DetourError, with everything stopped again, when one cannot start. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { config } = options;
  keepHeapsTight();
  const loaded = await loadNetwork(config.network);
  const demands = config.demands === null ? null : (await loadDemands(config.demands, loaded.network)).demands;
  const runtime = resolveRuntime(config, loaded.network);
  const lifecycle = new Lifecycle(STOP_BOUND_MS);
  const context = await open(options, loaded, demands, runtime, lifecycle);
  const url = await startRoles(context, lifecycle);
  const { name, changesNetwork } = context.actuator;
  const facts = { ...runtime, version: options.version, actuator: { name, changesNetwork } };
  return {
    runtime,
    network: context.network,
    url,
    status: () => readStatus({ network: context.network, store: context.store, clock: context.clock, config: facts }),
    eventsAfter: (id) => eventsAfter(context.store, id),
    stop: () => lifecycle.stop(),
  };
}

async function eventsAfter(store: Store, id: string | null): Promise<{ events: readonly Event[]; lastId: string }> {
  if (id === null) return { events: [], lastId: await store.events.lastId() };
  const events = await store.events.read(id, { limit: 200, blockMs: 1 });
  return { events, lastId: events.at(-1)?.id ?? id };
}

async function open(
  options: ServiceOptions,
  { network, warnings }: ValidatedNetwork,
  demands: readonly Demand[] | null,
  runtime: Runtime,
  lifecycle: Lifecycle,
): Promise<Context> {
  const { config, onFatal } = options;
  const logger = pino({ level: config.logLevel, base: null }, pino.destination({ dest: 2, sync: true }));
  const { onError, onBack, closeOutage } = createErrorLog(logger, systemClock, onFatal);
  const onExit = (how: string): void => {
    closeOutage();
    onFatal(redisGone(how));
  };
  const onWarning = (warning: string): void => logger.warn({ warning }, 'warning');
  for (const warning of warnings) onWarning(warning);
  const redis = await openRedis(config, { onError, onBack, onWarning, onExit });
  await lifecycle.start(running('redis', redis.stop));
  try {
    const stored = await createRedisStore({
      networkName: network.name,
      partitions: config.partitions,
      connection: redis.commands,
      clock: systemClock,
      onCorrupt: (error) => logger.error({ err: error }, 'a stored record cannot be read and was left out'),
    });
    const store: Store = { ...stored, leases: withSuccession(stored.leases) };
    const index = indexNetwork(network);
    await lifecycle.start(running('store', () => store.close()));
    const actuator = await openActuator({ ...options, runtime, network: index, store });
    return {
      ...options,
      actuator,
      clock: systemClock,
      logger,
      registry: new Registry(),
      runtime,
      network: index,
      warnings,
      demands,
      redis,
      store,
      ingest: createIngest({ queue: store.samples, network: index, clock: systemClock }),
      holder: randomUUID(),
      reach: crashPoint(options.environment),
      onError,
    };
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

/** Starts in the order in which things need each other; they stop in reverse. */
async function startRoles(context: Context, lifecycle: Lifecycle): Promise<string | null> {
  const { runtime, store } = context;
  const has = (role: Runtime['roles'][number]): boolean => runtime.roles.includes(role);
  try {
    const url = has('api') ? await startApi(context, lifecycle) : null;
    if (context.demands !== null && !has('simulate')) await writeFileDemands(store, context.demands);
    if (has('work')) {
      await lifecycle.start(planWorker(context));
      await lifecycle.start(estimator(context));
      await lifecycle.start(foresight(context));
    }
    if (has('history')) await lifecycle.start(history(context));
    if (has('score')) {
      await lifecycle.start(scoring(context));
      await lifecycle.start(new AcknowledgementKeeper(context));
    }
    if (has('simulate')) await lifecycle.start(await simulatorSource(telemetry(context)));
    if (has('poll')) await startPolling(context, lifecycle);
    return url;
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

async function startApi(context: Context, lifecycle: Lifecycle): Promise<string> {
  const questions = studies(context);
  const plans = planningClient(context, questions.makePlan);
  await lifecycle.start(plans.service);
  await lifecycle.start(questions);
  const { service, url } = await listen(context, plans, questions);
  await lifecycle.start(service);
  return url;
}

/** Pollers, and discovery with them: they are where the devices can be reached and the credentials are. */
async function startPolling(context: Context, lifecycle: Lifecycle): Promise<void> {
  await lifecycle.start(new Polling(telemetry(context), context.holder));
  const discovery = discoveryJobs(context);
  if (discovery) await lifecycle.start(discovery);
}

/** The scorer; on stop it first scores what the sources have already delivered. */
function scoring(context: Context): Service {
  const { store, network, config, clock, holder, onError } = context;
  const service = createScoringService({
    store,
    network,
    thresholds: thresholdsFrom(config),
    clock,
    holder,
    onError,
  });
  return {
    name: 'scorer',
    start: () => service.start(),
    stop: async () => {
      await service.drain(DRAIN_MS);
      await service.stop();
    },
  };
}

function telemetry(context: Context): TelemetryParts {
  const { config, network, demands, store, ingest, clock, environment, onError, redis, logger } = context;
  return {
    config,
    network: network.network,
    demands,
    store,
    truth: createRedisTruthLog({ networkName: network.network.name, connection: redis.commands }),
    sink: ingest,
    clock,
    environment,
    onError,
    onWarning: (warning) => logger.warn({ warning }, 'warning'),
  };
}

/** Something that runs already and only has to be stopped. */
function running(name: string, stop: () => Promise<void>): Service {
  return { name, start: async () => undefined, stop };
}

function redisGone(how: string): DetourError {
  return new DetourError('REDIS_UNREACHABLE', `Detour's own Redis ended: ${how}`, {
    hint: 'Detour stops now; start it again: the append-only file in the data folder has kept everything',
  });
}
