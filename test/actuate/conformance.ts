import { describe, expect, it } from 'vitest';
import type { Actuator, StepChange } from '../../src/reroute/actuator.ts';

export interface ActuatorFixture {
  readonly actuator: Actuator;
  /** A change of two steps that this actuator can carry out. */
  readonly changes: readonly StepChange[];
  /** A change that it cannot; null where it can all. */
  readonly unrealisable: StepChange | null;
  close(): Promise<void>;
}

/** What every actuator has to do: plan, apply, observe, revert; everything twice without harm. */
export function actuatorConformance(create: () => Promise<ActuatorFixture>): void {
  const withFixture = async (run: (fixture: ActuatorFixture) => Promise<void>): Promise<void> => {
    const fixture = await create();
    await run(fixture).finally(() => fixture.close());
  };

  describe('planning', () => {
    it('gives each step a key of its own, words and commands, and is pure', () =>
      withFixture(async ({ actuator, changes }) => {
        const steps = actuator.plan('c1', changes);
        expect(steps).toHaveLength(changes.length);
        expect(new Set(steps.map(({ key }) => key)).size).toBe(changes.length);
        for (const step of steps) {
          expect(step.summary).not.toBe('');
          expect(step.commands.flatMap(({ lines }) => lines).length).toBeGreaterThan(0);
        }
        expect(actuator.plan('c1', changes)).toEqual(steps);
        expect(actuator.plan('c2', changes).map(({ key }) => key)).not.toEqual(steps.map(({ key }) => key));
        expect(JSON.parse(JSON.stringify(steps))).toEqual(steps);
      }));

    it('refuses what it cannot carry out', () =>
      withFixture(async ({ actuator, unrealisable }) => {
        if (unrealisable === null) return expect(actuator.realisations).toEqual(['paths', 'metrics']);
        expect(() => actuator.plan('c1', [unrealisable])).toThrow(
          expect.objectContaining({ code: 'DETOUR_ERR_UNREALISABLE' }),
        );
      }));
  });

  it('applies steps that are then read back, and takes them back in reverse; each twice is each once', () =>
    withFixture(async ({ actuator, changes }) => {
      const steps = actuator.plan('c1', changes);
      if (!actuator.changesNetwork) {
        for (const step of steps) {
          await expect(actuator.apply(step)).rejects.toMatchObject({ code: 'DETOUR_ERR_NOT_SIMULATED' });
          expect((await actuator.observe(step)).state).toBe('unknown');
          await expect(actuator.revert(step)).rejects.toMatchObject({ code: 'DETOUR_ERR_NOT_SIMULATED' });
        }
        return;
      }
      const states = async (): Promise<string[]> =>
        Promise.all(steps.map(async (step) => (await actuator.observe(step)).state));
      expect(await states()).toEqual(steps.map(() => 'before'));
      for (const [index, step] of steps.entries()) {
        await actuator.apply(step);
        await actuator.apply(step);
        expect(await states()).toEqual(steps.map((_, other) => (other <= index ? 'after' : 'before')));
      }
      for (const [index, step] of [...steps.entries()].reverse()) {
        await actuator.revert(step);
        await actuator.revert(step);
        expect(await states()).toEqual(steps.map((_, other) => (other < index ? 'after' : 'before')));
      }
    }));
}
