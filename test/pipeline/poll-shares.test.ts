import { describe } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { createMemoryStore } from '../../src/store/memory/store.ts';
import { pollSharesConformance } from './poll-shares-conformance.ts';

describe('pollers that share devices, in memory', () => {
  pollSharesConformance(async () => {
    const store = createMemoryStore({ networkName: 'shares', partitions: 1, clock: systemClock });
    return { leases: store.leases, close: () => store.close() };
  });
});
