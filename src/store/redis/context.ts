import type { Redis } from 'ioredis';
import type { Clock } from '../../core/clock.ts';
import type { NetworkKeys } from '../keys.ts';
import type { BlockingConnections } from './blocking.ts';
import type { Records } from './records.ts';
import type { Scripts } from './scripts.ts';

/** What every part of the Redis store works with. */
export interface RedisContext {
  readonly connection: Redis;
  readonly scripts: Scripts;
  readonly keys: NetworkKeys;
  readonly records: Records;
  readonly blocking: BlockingConnections;
  readonly clock: Clock;
  readonly partitions: number;
  readonly queuedSamplesMax: number;
  readonly inputBytesMax: number;
}
