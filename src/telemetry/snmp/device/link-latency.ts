import type { LatencyReport } from './report.ts';

/** One-way latency of a link as the probes of one of its ends tell it. */
export type LinkLatency =
  | { readonly latencyMs: number; readonly isEstimated: true; readonly source: string; readonly probe: string }
  | { readonly latencyMs: null; readonly reason: string };

/** Best first. */
const PREFERENCE = ['ip-sla', 'ip-sla-jitter', 'disman-ping', 'juniper-rpm'];

/**
 * Half the round trip of the best probe whose target is the far end of the link. Half is an estimate: the two
 * directions may differ. A probe of any other address measures a path, not this link.
 */
export function linkLatency(probes: readonly LatencyReport[], farAddresses: ReadonlySet<string>): LinkLatency {
  const towards = probes.filter(({ targetAddress }) => targetAddress !== null && farAddresses.has(targetAddress));
  if (towards.length === 0) return { latencyMs: null, reason: 'no probe has the far end of this link as its target' };
  const rank = ({ source }: LatencyReport): number => PREFERENCE.indexOf(source);
  const [best] = towards
    .flatMap((probe) => (probe.rttMs === null ? [] : [{ ...probe, rttMs: probe.rttMs }]))
    .sort((left, right) => rank(left) - rank(right));
  if (best === undefined) return { latencyMs: null, reason: `the probe of the far end failed: ${towards[0]?.status}` };
  return { latencyMs: best.rttMs / 2, isEstimated: true, source: best.source, probe: best.name };
}
