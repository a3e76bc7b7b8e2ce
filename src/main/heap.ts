import { setFlagsFromString } from 'node:v8';
import type { ResourceLimits } from 'node:worker_threads';

/**
 * How far a heap may grow beyond what was live after its last full collection before the next one, percent. V8 alone
 * chooses up to 300: a service that makes much short-lived data then swings by tens of megabytes.
 */
const GROWTH_PERCENT = 20;
/** Old generation at which a new thread collects for the first time, MB; V8 alone waits for up to 512. */
const FIRST_COLLECTION_MB = 8;

/** Bounds for threads that plan now and then: semi-spaces of 2 MB (V8 makes them a third of this), not of 16. */
export const PLAN_THREAD_LIMITS: ResourceLimits = { maxYoungGenerationSizeMb: 6 };

/**
 * Keeps resident memory close to what is live, for a little more work in the collector (docs/benchmarks.md has both).
 * Holds for this thread from now on and for threads that are started later. Flags of the command line would do the
 * same, but the service has to be as small however it is started. Only the C library's part has to be set from
 * outside: MALLOC_MMAP_THRESHOLD_ in the start script keeps glibc from raising that threshold with every large buffer
 * that is freed, after which such buffers come from its heap, fragment it, and never go back.
 */
export function keepHeapsTight(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  setFlagsFromString(`--initial-old-space-size=${FIRST_COLLECTION_MB}`);
}
