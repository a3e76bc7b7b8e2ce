import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles: ['test/support/fast-check.ts'],
          include: ['test/**/*.test.ts'],
          exclude: ['test/integration/**', 'test/e2e/**'],
          // Bounds what hangs; generous, because a machine may be busy with something else.
          testTimeout: 30_000,
          // Pure and short: all of a small machine may work on them.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'integration',
          setupFiles: ['test/support/fast-check.ts'],
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // By itself and one at a time on a small machine: some of it counts what real agents and servers do in a second.
          maxWorkers: Math.max(1, availableParallelism() - 1),
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: ['test/e2e/testbed/**'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          // Services mostly wait; more of them at once would be a load test of its own.
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'testbed-timed',
          include: ['test/e2e/testbed/routers.test.ts'],
          testTimeout: 300_000,
          // By itself: most of its scenarios have seconds to happen in.
          maxWorkers: 1,
          // Not 0: one worker in that group would come last.
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'testbed-long',
          include: ['test/e2e/testbed/{kills,flapping}.test.ts'],
          // Beds of routers stand beside each other and mostly wait; ten minutes of flapping need ten minutes.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
