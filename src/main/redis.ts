import type { Redis } from 'ioredis';
import type { Config } from '../config/schema.ts';
import { type DataDirLock, lockDataDir } from '../redis-server/lock.ts';
import { type PrivateRedis, startPrivateRedis } from '../redis-server/start.ts';
import { checkRedis } from '../store/redis/check.ts';
import { connectRedis, type RedisRole } from '../store/redis/connection.ts';

/** The Redis of this process, private or given, and the connections to it. */
export interface RedisAccess {
  /** Where it is, for another process of ours; may hold a password. */
  readonly address: string;
  /** The shared connection for commands. */
  readonly commands: Redis;
  /** Another connection; ended with the others. */
  connect(role: RedisRole): Promise<Redis>;
  /** Ends all connections, then the private Redis, then gives the data folder back. */
  stop(): Promise<void>;
}

export interface RedisEvents {
  /** The private Redis ended although nobody stopped it. */
  readonly onExit: (how: string) => void;
  readonly onError: (error: unknown) => void;
  /** A connection that was lost is there again. */
  readonly onBack: () => void;
  readonly onWarning: (message: string) => void;
}

/** Takes the data folder, starts a private Redis unless one is named, connects and checks it. */
export async function openRedis(config: Config, events: RedisEvents): Promise<RedisAccess> {
  const lock = config.redisUrl === null ? lockDataDir(config.dataDir) : null;
  let server: PrivateRedis | null = null;
  const connections: Redis[] = [];
  const stop = (): Promise<void> => close(connections, server, lock);
  try {
    if (config.redisUrl === null) {
      server = await startPrivateRedis({ dataDir: config.dataDir, bin: config.redisServerBin, onExit: events.onExit });
    }
    const address = config.redisUrl ?? (server as PrivateRedis).socketPath;
    const connect = async (role: RedisRole): Promise<Redis> => {
      const connection = await connectRedis(address, { role, onError: events.onError, onBack: events.onBack });
      connections.push(connection);
      return connection;
    };
    const commands = await connect('commands');
    const { warnings } = await checkRedis(commands);
    for (const warning of warnings) events.onWarning(warning);
    return { address, commands, connect, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function close(
  connections: readonly Redis[],
  server: PrivateRedis | null,
  lock: DataDirLock | null,
): Promise<void> {
  for (const connection of connections) connection.disconnect();
  await server?.stop();
  lock?.release();
}
