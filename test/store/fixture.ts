import { afterEach, beforeEach } from 'vitest';
import type { ManualClock } from '../../src/core/clock.ts';
import type { Store } from '../../src/store/store.ts';

export interface StoreSettings {
  readonly partitions?: number;
  readonly queuedSamplesMax?: number;
  readonly inputBytesMax?: number;
}

/** An empty store and what tests do around it. */
export interface StoreFixture {
  readonly store: Store;
  /** The clock the store was given. */
  readonly clock: ManualClock;
  /** Lets a little time pass for leases; called again and again until what is waited for has come. */
  passTime(): Promise<void>;
  /** The same data through another instance, as after a restart; null where nothing survives. */
  reopen(): Promise<Store | null>;
  close(): Promise<void>;
}

export type StoreFactory = (settings?: StoreSettings) => Promise<StoreFixture>;

/** Gives tests an empty store each. */
export function withStore(create: StoreFactory, settings: StoreSettings = {}): () => StoreFixture {
  let fixture: StoreFixture | null = null;
  beforeEach(async () => {
    fixture = await create(settings);
  });
  afterEach(async () => {
    await fixture?.close();
    fixture = null;
  });
  return () => {
    if (!fixture) throw new Error('no store');
    return fixture;
  };
}
