import { randomUUID } from 'node:crypto';
import { constants, setPriority } from 'node:os';
import { pino } from 'pino';
import { Type } from 'typebox';
import { type Config, ConfigSchema } from '../config/schema.ts';
import { systemClock } from '../core/clock.ts';
import { DetourError, messageOf } from '../core/errors.ts';
import { compileSchema } from '../core/schema.ts';
import { connectRedis } from '../store/redis/connection.ts';
import { createRedisStore } from '../store/redis/store.ts';
import { keepHeapsTight } from './heap.ts';
import { historyRole } from './history-role.ts';

/** What the parent sends first. It comes by message, not by command line, because an address can hold a password. */
export const OrderSchema = Type.Object({
  config: ConfigSchema,
  networkName: Type.String(),
  redisAddress: Type.String(),
  hasPast: Type.Boolean(),
});
const order = compileSchema(OrderSchema, 'INTERNAL');

/** What the child sends back: it runs, or why it does not. */
export type HistoryNotice = { readonly ready: true } | { readonly failed: string; readonly canRetry: boolean };

/**
 * How long an end may take. Whoever kills the service often takes its Redis along, and then what waits for an answer from
 * there waits for good: a process left behind would hold the file of the history against the next start. The file is safe
 * at any moment, and what was not read stays in the feed.
 */
const END_MS = 5_000;

const tell = (notice: HistoryNotice): void => void process.send?.(notice);

async function run(message: unknown): Promise<() => Promise<void>> {
  const { config, networkName, redisAddress, hasPast } = order.parse(message) as {
    config: Config;
    networkName: string;
    redisAddress: string;
    hasPast: boolean;
  };
  // Making up a past takes all of a core for a while: scoring and planning go first.
  if (hasPast && config.backfillHours > 0) setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const logger = pino({ level: config.logLevel, base: null }, pino.destination({ dest: 2, sync: true }));
  const onError = (error: unknown): void =>
    logger.error({ err: error }, 'history: something failed; it is tried again');
  const onWarning = (warning: string): void => logger.warn({ warning }, 'history: warning');
  const connect = (role: 'commands' | 'jobs') => connectRedis(redisAddress, { role, onError, onBack: () => undefined });
  const connection = await connect('commands');
  const store = await createRedisStore({
    networkName,
    partitions: config.partitions,
    connection,
    clock: systemClock,
    onCorrupt: (error) => logger.error({ err: error }, 'a stored record cannot be read and was left out'),
  });
  const role = historyRole({
    config,
    networkName,
    store,
    clock: systemClock,
    holder: randomUUID(),
    connectJobs: () => connect('jobs'),
    onError,
    onWarning,
    hasPast,
  });
  await role.start();
  return async () => {
    await role.stop();
    await store.close();
    connection.disconnect();
  };
}

keepHeapsTight();
let stopping: (() => Promise<void>) | null = null;
let ending = false;

async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  setTimeout(() => process.exit(code), END_MS);
  await stopping?.().catch(() => undefined);
  process.exit(code);
}

// A Ctrl-C in the terminal reaches this process too; the parent decides when it is time.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => void end(0));
process.on('message', (message) => {
  if (message === 'stop') return void end(0);
  run(message).then(
    (stop) => {
      stopping = stop;
      tell({ ready: true });
    },
    (error: unknown) => {
      const line = error instanceof DetourError ? error.line : messageOf(error);
      tell({ failed: line, canRetry: !(error instanceof DetourError && error.code === 'DETOUR_ERR_SCHEMA_TOO_NEW') });
      void end(1);
    },
  );
});
