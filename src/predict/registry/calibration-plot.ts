import type { CalibrationBin } from '../evaluation/calibration.ts';

const SIZE = 360;
const EDGE = 44;
const INK = '#334155';

export interface PlotLine {
  readonly name: string;
  readonly colour: string;
  readonly bins: readonly CalibrationBin[];
}

/**
 * How often what was said came true, as an SVG: said across, came true upwards, both on logarithmic scales because most
 * risks are small. On the diagonal a model is calibrated.
 */
export function calibrationPlot(title: string, lines: readonly PlotLine[]): string {
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}" font-family="sans-serif" font-size="11">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${SIZE}" height="${SIZE}" fill="#fff"/>`,
    ...[1e-4, 1e-3, 1e-2, 1e-1, 1].flatMap(gridLines),
    `<path d="M${x(LEAST)} ${y(LEAST)}L${x(1)} ${y(1)}" stroke="${INK}" stroke-dasharray="4 3" fill="none"/>`,
    ...lines.flatMap(linePart),
    `<text x="${SIZE / 2}" y="16" text-anchor="middle" fill="${INK}">${escaped(title)}</text>`,
    `<text x="${SIZE / 2}" y="${SIZE - 8}" text-anchor="middle" fill="${INK}">said</text>`,
    `<text x="12" y="${SIZE / 2}" text-anchor="middle" fill="${INK}" transform="rotate(-90 12 ${SIZE / 2})">came true</text>`,
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

/** What lies below is drawn on the edge. */
const LEAST = 1e-4;
const place = (share: number) => 1 - Math.log10(Math.max(LEAST, share)) / Math.log10(LEAST);
const rounded = (value: number) => Math.round(value * 10) / 10;

function x(share: number): number {
  return rounded(EDGE + place(share) * (SIZE - 2 * EDGE));
}

function y(share: number): number {
  return rounded(SIZE - EDGE - place(share) * (SIZE - 2 * EDGE));
}

function gridLines(share: number): string[] {
  return [
    `<path d="M${x(share)} ${y(LEAST)}V${y(1)}M${x(LEAST)} ${y(share)}H${x(1)}" stroke="#cbd5e1" fill="none"/>`,
    `<text x="${x(share)}" y="${SIZE - EDGE + 14}" text-anchor="middle" fill="${INK}">${share}</text>`,
    `<text x="${EDGE - 6}" y="${y(share) + 4}" text-anchor="end" fill="${INK}">${share}</text>`,
  ];
}

function linePart({ name, colour, bins }: PlotLine, at: number): string[] {
  const dots = bins.map(({ predicted, observed }) => [x(predicted), y(observed)] as const);
  return [
    `<path d="${dots.map(([left, top], index) => `${index === 0 ? 'M' : 'L'}${left} ${top}`).join('')}" stroke="${colour}" fill="none"/>`,
    ...dots.map(([left, top]) => `<circle cx="${left}" cy="${top}" r="3" fill="${colour}"/>`),
    `<text x="${EDGE + 8}" y="${EDGE + 14 + 14 * at}" fill="${colour}">${escaped(name)}</text>`,
  ];
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
