import type { Redis } from 'ioredis';
import type { Clock } from '../../core/clock.ts';
import { LIMITS, type NetworkKeys, networkKeys, SCHEMA_VERSION } from '../keys.ts';
import type { ReportCorrupt, Store } from '../store.ts';
import { redisAudit } from './audit.ts';
import { BlockingConnections } from './blocking.ts';
import type { RedisContext } from './context.ts';
import { redisControl } from './control.ts';
import { redisDiscovered } from './discovered.ts';
import { guarded } from './errors.ts';
import { redisEvents } from './events.ts';
import { redisHistoryFeed } from './history-feed.ts';
import { layOut } from './layout.ts';
import { redisCounters, redisLeases } from './leases.ts';
import { redisLinks } from './links.ts';
import { redisPlans } from './plans.ts';
import { redisPollers } from './pollers.ts';
import { redisPredictions } from './predictions.ts';
import { redisQuestions } from './questions.ts';
import { Records } from './records.ts';
import { redisSamples } from './samples.ts';
import { migrateSchema, withLayoutLock } from './schema.ts';
import { redisScoring } from './scoring.ts';
import { defineScripts } from './scripts.ts';
import { redisTraffic } from './traffic.ts';

export interface RedisStoreOptions {
  readonly networkName: string;
  readonly partitions: number;
  /** From `connectRedis(..., { role: 'commands' })`. Stays the caller's: `close` does not end it. */
  readonly connection: Redis;
  readonly clock: Clock;
  /** Told of records that were left out of an answer because they cannot be read. */
  readonly onCorrupt?: ReportCorrupt;
  /** Samples that may wait in one partition. */
  readonly queuedSamplesMax?: number;
  /** Compressed size of all plan inputs together, from which on the oldest are forgotten before their time. */
  readonly inputBytesMax?: number;
}

/**
 * The store in Redis. Brings stored data to the layout of this program first; rejects with SCHEMA_TOO_NEW when a newer
 * one wrote it. Whether the Redis is suitable at all is for `checkRedis` to say.
 */
export async function createRedisStore(options: RedisStoreOptions): Promise<Store> {
  const { networkName, partitions, connection } = options;
  const keys = networkKeys(networkName);
  await guarded('prepare the store', () => prepare(connection, keys, partitions));
  const context: RedisContext = {
    connection,
    partitions,
    keys,
    clock: options.clock,
    scripts: defineScripts(connection),
    records: new Records(options.onCorrupt),
    blocking: new BlockingConnections(connection),
    queuedSamplesMax: options.queuedSamplesMax ?? LIMITS.queuedSamplesMax,
    inputBytesMax: options.inputBytesMax ?? LIMITS.inputBytesMax,
  };
  return assemble(networkName, context);
}

/** The usual start finds everything as it should be, and needs no lock. */
async function prepare(connection: Redis, keys: NetworkKeys, partitions: number): Promise<void> {
  const [version, layout] = await connection.mget(keys.schema, keys.partitions);
  if (version === String(SCHEMA_VERSION) && layout === String(partitions)) return;
  await withLayoutLock(connection, keys, async () => {
    await migrateSchema(connection, keys);
    await layOut(connection, keys, partitions);
  });
}

function assemble(networkName: string, context: RedisContext): Store {
  const { connection, partitions, blocking } = context;
  const ping = async () => {
    const startMs = performance.now();
    await guarded('ping', () => connection.ping());
    return performance.now() - startMs;
  };
  return {
    networkName,
    partitions,
    links: redisLinks(context),
    samples: redisSamples(context),
    scoring: redisScoring(context),
    events: redisEvents(context),
    plans: redisPlans(context),
    traffic: redisTraffic(context),
    audit: redisAudit(context),
    control: redisControl(context),
    leases: redisLeases(context),
    counters: redisCounters(context),
    pollers: redisPollers(context),
    discovered: redisDiscovered(context),
    history: redisHistoryFeed(context),
    questions: redisQuestions(context),
    predictions: redisPredictions(context),
    ping,
    close: async () => blocking.close(),
  };
}
