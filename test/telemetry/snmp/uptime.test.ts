import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClockAligner } from '../../../src/telemetry/snmp/clock-aligner.ts';
import { DeviceClock } from '../../../src/telemetry/snmp/device-clock.ts';
import { uptimeStep } from '../../../src/telemetry/snmp/uptime.ts';

const T0 = 1_800_000_000_000;

describe('uptimeStep', () => {
  it('measures by the device, not by our clock', () => {
    const step = uptimeStep({ ticks: 1000, receivedAtMs: T0 }, { ticks: 1990, receivedAtMs: T0 + 10_050 });
    expect(step).toEqual({ kind: 'continuous', elapsedMs: 9_900 });
  });

  it('takes a fall for a restart', () => {
    const step = uptimeStep({ ticks: 500_000, receivedAtMs: T0 }, { ticks: 300, receivedAtMs: T0 + 10_000 });
    expect(step.kind).toBe('restart');
  });

  it('takes a fall at 497 days for a wrap when our clock agrees', () => {
    const step = uptimeStep({ ticks: 2 ** 32 - 400, receivedAtMs: T0 }, { ticks: 600, receivedAtMs: T0 + 10_010 });
    expect(step).toEqual({ kind: 'continuous', elapsedMs: 10_000 });
  });

  it('notices a restart that the value alone does not show', () => {
    const step = uptimeStep({ ticks: 1000, receivedAtMs: T0 }, { ticks: 6000, receivedAtMs: T0 + 3_600_000 });
    expect(step.kind).toBe('restart');
  });

  it('knows the same instant again', () => {
    expect(uptimeStep({ ticks: 7, receivedAtMs: T0 }, { ticks: 7, receivedAtMs: T0 + 3 }).kind).toBe('same');
  });
});

describe('ClockAligner', () => {
  it('is not skewed by jitter of the management network', () => {
    const aligner = new ClockAligner();
    const trueAt = (poll: number) => T0 + poll * 10_000;
    const errors: number[] = [];
    for (const [poll, delayMs] of [4, 300, 2, 800, 150, 2, 600].entries()) {
      // The request is quick, the answer takes its time.
      const atMs = aligner.align({
        uptimeMs: poll * 10_000,
        sentAtMs: trueAt(poll) - 1,
        receivedAtMs: trueAt(poll) + delayMs,
      });
      errors.push(Math.abs(atMs - trueAt(poll)));
    }
    expect(Math.max(...errors)).toBeLessThanOrEqual(2.5);
  });

  it('never dates a reading after its receipt, and keeps them in order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(400), fc.nat(400)), { minLength: 2, maxLength: 40 }), (delays) => {
        const aligner = new ClockAligner();
        let lastMs = 0;
        for (const [poll, [there, back]] of delays.entries()) {
          const readMs = T0 + poll * 1000;
          const receivedAtMs = readMs + back;
          const atMs = aligner.align({ uptimeMs: poll * 1000, sentAtMs: readMs - there, receivedAtMs });
          expect(atMs).toBeGreaterThan(lastMs);
          expect(atMs).toBeLessThanOrEqual(Math.max(receivedAtMs, lastMs + 1));
          lastMs = atMs;
        }
      }),
    );
  });

  it('follows our clock when that is set', () => {
    const aligner = new ClockAligner();
    aligner.align({ uptimeMs: 1000, sentAtMs: T0, receivedAtMs: T0 + 2 });
    const hourBack = T0 - 3_600_000;
    expect(aligner.align({ uptimeMs: 2000, sentAtMs: hourBack, receivedAtMs: hourBack + 4 })).toBe(hourBack + 2);
  });
});

describe('DeviceClock', () => {
  it('goes on over the wrap of sysUpTime', () => {
    const clock = new DeviceClock();
    const first = clock.observe(2 ** 32 - 500, T0, T0 + 2);
    const second = clock.observe(500, T0 + 10_000, T0 + 10_002);
    expect(second.restarted).toBe(false);
    expect(second.uptimeMs - first.uptimeMs).toBe(10_000);
    expect(second.atMs - first.atMs).toBe(10_000);
  });

  it('starts anew with the agent', () => {
    const clock = new DeviceClock();
    clock.observe(900_000, T0, T0 + 2);
    const again = clock.observe(600, T0 + 10_000, T0 + 10_002);
    expect(again).toMatchObject({ restarted: true, uptimeMs: 6_000, atMs: T0 + 10_001 });
  });
});
