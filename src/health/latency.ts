import type { InterfaceSample } from '../telemetry/sample.ts';
import { gaugeLevel, newGauge, skipGauge, turnGauge } from './gauge.ts';
import { type ArcMemory, forget, know } from './memory.ts';
import type { Thresholds } from './thresholds.ts';

/** A value below the baseline is closer to the bare path and is learnt faster than queueing above it. */
const FASTER_DOWN = 10;

/** Latency of the arc that leaves here, against a slow baseline of its own that does not learn while raised. */
export function observeLatency(arc: ArcMemory, sample: InterfaceSample, thresholds: Thresholds): void {
  const { latencyMs, receivedAtMs } = sample;
  arc.isLatencyEstimated = sample.isLatencyEstimated ?? false;
  if (latencyMs === null) {
    forget(arc.latencyMs, sample.unknown?.latencyMs ?? 'no probe measures it');
    skipGauge(arc.latency, receivedAtMs, thresholds.forgetMs);
    return;
  }
  know(arc.latencyMs, latencyMs);
  if (arc.baselineMs === null) {
    warmUp(arc, latencyMs, receivedAtMs, thresholds);
    return;
  }
  const { degradedFactor, degradedAddMs, unhealthyFactor, unhealthyAddMs, clearFactor, rise, clear } =
    thresholds.latency;
  const base = arc.baselineMs;
  const degraded = Math.max(base * degradedFactor, base + degradedAddMs);
  const unhealthy = Math.max(base * unhealthyFactor, base + unhealthyAddMs);
  turnGauge(arc.latency, latencyMs, { degraded, unhealthy, clearFactor, rise, clear }, receivedAtMs);
  if (gaugeLevel(arc.latency) > 0) {
    if (receivedAtMs - arc.latency.sinceMs > thresholds.latency.relearnMs) relearn(arc, receivedAtMs);
  } else if (latencyMs < degraded) learn(arc, base, latencyMs, sample.intervalMs ?? 0, thresholds.latency.learnMs);
}

/** The first baseline is the lower median, which a few raised values cannot move. */
function warmUp(arc: ArcMemory, latencyMs: number, nowMs: number, thresholds: Thresholds): void {
  arc.warmUp.push(latencyMs);
  arc.latency.knownMs = nowMs;
  if (arc.warmUp.length < thresholds.latency.warmUp) return;
  const sorted = arc.warmUp.toSorted((x, y) => x - y);
  arc.baselineMs = sorted[Math.floor((sorted.length - 1) / 2)] as number;
  arc.warmUp = [];
}

/** Exponential moving average by time; `learnMs` is its time constant. */
function learn(arc: ArcMemory, base: number, latencyMs: number, intervalMs: number, learnMs: number): void {
  const speed = latencyMs < base ? FASTER_DOWN : 1;
  arc.baselineMs = base + (latencyMs - base) * (1 - Math.exp((-speed * intervalMs) / learnMs));
}

function relearn(arc: ArcMemory, nowMs: number): void {
  arc.baselineMs = null;
  arc.warmUp = [];
  arc.latency = { ...newGauge(), sinceMs: nowMs, knownMs: nowMs };
}
