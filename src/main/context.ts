import type { Registry } from 'prom-client';
import type { Demand, NetworkIndex } from '../../topology/model.ts';
import type { ApiDeps } from '../api/deps.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { DetourError } from '../core/errors.ts';
import type { Ingest } from '../pipeline/ingest.ts';
import type { Actuator } from '../reroute/actuator.ts';
import type { Store } from '../store/store.ts';
import type { RedisAccess } from './redis.ts';
import type { Runtime } from './runtime.ts';

/** What goes on, for whoever shows it. */
export interface ServiceOptions {
  readonly config: Config;
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The service cannot go on; it should be stopped. */
  readonly onFatal: (error: DetourError) => void;
}

/** Everything parts are made from. */
export interface Context extends ServiceOptions {
  readonly clock: Clock;
  readonly logger: ApiDeps['logger'];
  readonly registry: Registry;
  readonly runtime: Runtime;
  readonly network: NetworkIndex;
  readonly warnings: readonly string[];
  readonly demands: readonly Demand[] | null;
  readonly redis: RedisAccess;
  readonly store: Store;
  readonly ingest: Ingest;
  /** Unique to this process and its run. */
  readonly holder: string;
  /** What carries changes out. */
  readonly actuator: Actuator;
  readonly reach: (point: string) => void;
  readonly onError: (error: unknown) => void;
}
