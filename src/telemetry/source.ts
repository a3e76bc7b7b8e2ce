import type { InterfaceSample } from './sample.ts';

/** Where a source puts what it measured. Resolves when the samples are safely queued. */
export interface SampleSink {
  push(samples: readonly InterfaceSample[]): Promise<void>;
}

/** Anything that produces interface samples: simulator, SNMP poller. Constructors do nothing; `start` begins. */
export interface TelemetrySource {
  readonly name: string;
  start(): Promise<void>;
  /** Stops measuring, waits for what is under way; idempotent. */
  stop(): Promise<void>;
}
