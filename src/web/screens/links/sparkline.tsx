import { TREND_STEPS } from './trend.ts';

const WIDTH = 72;
const HEIGHT = 18;

/** Utilisation as a line from 0 to 100 %; gaps where nothing was known. */
export function Sparkline({ values }: { readonly values: Float32Array | null }) {
  const path = values ? linePath(values) : '';
  if (path === '') return <span className="dim">–</span>;
  return (
    <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <path d={path} fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinejoin="round" strokeLinecap="round" />
    </svg>
  );
}

/** A path with one piece per run of known values; a single one is drawn as a dot. */
export function linePath(values: Float32Array): string {
  const parts: string[] = [];
  let isOpen = false;
  for (const [index, value] of values.entries()) {
    if (Number.isNaN(value)) {
      isOpen = false;
      continue;
    }
    const x = ((index + 0.5) / TREND_STEPS) * WIDTH;
    const y = HEIGHT - 1 - Math.min(1, Math.max(0, value)) * (HEIGHT - 2);
    parts.push(`${isOpen ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}${isOpen ? '' : 'h.1'}`);
    isOpen = true;
  }
  return parts.join('');
}
