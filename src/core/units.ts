const BIT_PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'] as const;

/** Bit rate in the operator's scale: 18.4 Gb/s. */
export function formatBps(bps: number | null): string {
  return bps === null ? 'unknown' : `${scaled(bps)}b/s`;
}

/** Amount of bits in the operator's scale: 3.2 Tb. */
export function formatBits(bits: number): string {
  return `${scaled(bits)}b`;
}

function scaled(value: number): string {
  let rest = Math.abs(value);
  let prefix = 0;
  while (rest >= 999.95 && prefix < BIT_PREFIXES.length - 1) {
    rest /= 1000;
    prefix += 1;
  }
  const digits = rest >= 100 || prefix === 0 ? 0 : 1;
  return `${value < 0 ? '-' : ''}${rest.toFixed(digits)} ${BIT_PREFIXES[prefix]}`;
}

/** A ratio (0..1) as per cent, with enough digits that small losses do not read as zero. */
export function formatRatio(ratio: number | null): string {
  if (ratio === null) return 'unknown';
  const percent = ratio * 100;
  if (percent !== 0 && Math.abs(percent) < 0.1) return `${percent.toPrecision(1)} %`;
  return `${percent.toFixed(Math.abs(percent) >= 10 ? 0 : 1)} %`;
}

/** A duration for people: 850 ms, 38 s, 4 min, 2.5 h. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  const seconds = durationMs / 1000;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const minutes = seconds / 60;
  return minutes < 100 ? `${Math.round(minutes)} min` : `${(minutes / 60).toFixed(1)} h`;
}
