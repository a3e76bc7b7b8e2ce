import type { InterfaceSample } from '../telemetry/sample.ts';
import { skipGauge, turnGauge } from './gauge.ts';
import { type ArcMemory, forget, know } from './memory.ts';
import type { Thresholds } from './thresholds.ts';

const BITS_PER_OCTET = 8;

/** Load of the arc that leaves through this interface: octets sent / interval, against its present capacity in bit/s. */
export function observeLoad(arc: ArcMemory, sample: InterfaceSample, presentBps: number, thresholds: Thresholds): void {
  const { outOctets, intervalMs, receivedAtMs } = sample;
  if (outOctets === null || intervalMs === null) {
    const { unknown = {} } = sample;
    const why =
      intervalMs === null
        ? (unknown.intervalMs ?? 'first reading of the counters')
        : (unknown.outOctets ?? 'outOctets is not measured');
    forget(arc.loadBps, why);
    forget(arc.utilisation, why);
    skipGauge(arc.utilisationGauge, receivedAtMs, thresholds.forgetMs);
    return;
  }
  know(arc.loadBps, (outOctets * BITS_PER_OCTET * 1000) / intervalMs);
  if (presentBps > 0) know(arc.utilisation, (arc.loadBps.value ?? Number.NaN) / presentBps);
  else forget(arc.utilisation, 'no member of the aggregate carries traffic');
  if (arc.utilisation.value === null) return;
  turnGauge(arc.utilisationGauge, arc.utilisation.value, thresholds.utilisation, receivedAtMs);
}
