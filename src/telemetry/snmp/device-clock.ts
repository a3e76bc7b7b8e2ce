import { ClockAligner } from './clock-aligner.ts';
import { type UptimeReading, uptimeStep } from './uptime.ts';

export interface DeviceInstant {
  /** Device time since an arbitrary zero, ms; goes on over a wrap of sysUpTime, starts anew with the agent. */
  readonly uptimeMs: number;
  /** The same instant by our wall clock. */
  readonly atMs: number;
  readonly receivedAtMs: number;
  /** True when the agent started anew since the instant before. */
  readonly restarted: boolean;
}

/** The device's own time, read along with its counters. */
export class DeviceClock {
  #before: (UptimeReading & { readonly uptimeMs: number }) | null = null;
  readonly #aligner = new ClockAligner();

  /** Takes the sysUpTime of an answer. */
  observe(ticks: number, sentAtMs: number, receivedAtMs: number): DeviceInstant {
    const step = this.#before === null ? null : uptimeStep(this.#before, { ticks, receivedAtMs });
    const restarted = step?.kind === 'restart';
    if (restarted) this.#aligner.restart();
    const uptimeMs = this.#uptimeMs(ticks, step);
    this.#before = { ticks, receivedAtMs, uptimeMs };
    return { uptimeMs, atMs: this.#aligner.align({ uptimeMs, sentAtMs, receivedAtMs }), receivedAtMs, restarted };
  }

  #uptimeMs(ticks: number, step: ReturnType<typeof uptimeStep> | null): number {
    if (this.#before === null || step === null || step.kind === 'restart') return ticks * 10;
    return step.kind === 'same' ? this.#before.uptimeMs : this.#before.uptimeMs + step.elapsedMs;
  }
}
