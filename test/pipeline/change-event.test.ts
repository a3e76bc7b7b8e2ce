import { describe, expect, test } from 'vitest';
import { ENDS } from '../../src/core/ids.ts';
import { compileSchema } from '../../src/core/schema.ts';
import type { LinkState } from '../../src/health/link-state.ts';
import { newLinkMemory } from '../../src/health/memory.ts';
import { linkStateOf, observe } from '../../src/health/scorer.ts';
import { withStaleness } from '../../src/health/staleness.ts';
import { DEFAULT_THRESHOLDS } from '../../src/health/thresholds.ts';
import { changeEvent } from '../../src/pipeline/change-event.ts';
import { NewEventSchema } from '../../src/store/events.ts';
import type { InterfaceSample } from '../../src/telemetry/sample.ts';
import { LINK, START_MS, sampleAt } from '../health/samples.ts';

const eventSchema = compileSchema(NewEventSchema, 'INTERNAL');

function stateWith(changes: Partial<InterfaceSample>): LinkState {
  const memory = newLinkMemory('L1');
  for (const end of ENDS) observe(memory, sampleAt(1, end, changes), LINK, DEFAULT_THRESHOLDS);
  return linkStateOf(memory, LINK, DEFAULT_THRESHOLDS, START_MS + 1000);
}

const healthy = stateWith({});
const down = stateWith({ operStatus: 'down' });
const shut = stateWith({ operStatus: 'down', adminStatus: 'down' });

describe('a change of state', () => {
  test('is told with its severity, once', () => {
    const event = changeEvent(healthy, down);
    expect(eventSchema.problems(event)).toEqual([]);
    expect(event).toMatchObject({ type: 'link-state', severity: 'critical', cleared: false, linkId: 'L1' });
    expect(event?.details).toMatchObject({ from: 'healthy', to: 'down', score: 0 });
    expect(event?.message).toContain('L1 is down');
    expect(changeEvent(down, down)).toBeNull();
  });

  test('back to healthy clears', () => {
    expect(changeEvent(down, healthy)).toMatchObject({ severity: 'info', cleared: true });
  });

  test('first heard from and healthy is no news; first heard from and down is', () => {
    expect(changeEvent(null, healthy)).toBeNull();
    expect(changeEvent(null, down)).toMatchObject({ severity: 'critical' });
  });

  test('a link shut by its operator is information, and a fault that turns out to be that is told', () => {
    expect(changeEvent(healthy, shut)).toMatchObject({ severity: 'info', cleared: false });
    expect(changeEvent(down, shut)).toMatchObject({ severity: 'info' });
  });

  test('down again before it counted as up is told, once', () => {
    const flapping = (['down', 'up', 'down'] as const).reduce((memory, operStatus, at) => {
      for (const end of ENDS) observe(memory, sampleAt(at + 1, end, { operStatus }), LINK, DEFAULT_THRESHOLDS);
      return memory;
    }, newLinkMemory('L1'));
    const again = linkStateOf(flapping, LINK, DEFAULT_THRESHOLDS, START_MS + 3000);
    expect(again.state).toBe('down');
    expect(changeEvent(down, again)).toMatchObject({
      severity: 'critical',
      message: expect.stringMatching(/^L1 is down: went down repeatedly/),
      details: { from: 'down', to: 'down' },
    });
    expect(changeEvent(again, again)).toBeNull();
  });

  test('silence is a warning', () => {
    expect(changeEvent(healthy, withStaleness(healthy, 'L1', START_MS + 60_000))).toMatchObject({
      severity: 'warning',
    });
  });
});
