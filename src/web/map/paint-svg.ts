import { FONT } from './paint-canvas.ts';
import type { Shape } from './shapes.ts';

export interface SvgPage {
  readonly width: number;
  readonly height: number;
  readonly ground: string;
  readonly title: string;
  /** Elements that lie beneath the shapes: coast and borders. */
  readonly beneath: string;
}

/** The map as a file of its own. */
export function toSvg(shapes: readonly Shape[], { width, height, ground, title, beneath }: SvgPage): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${ground}"/>`,
    beneath,
    ...shapes.map(element),
    '</svg>',
  ].join('\n');
}

const SPECIAL: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (each) => SPECIAL[each] ?? each);
}

const round = (value: number): string => String(Math.round(value * 10) / 10);

/** Points as `Mx,y Lx,y`, `perPath` of them for each piece. */
function pathOf(at: readonly number[], perPath: number, close = false): string {
  const pieces: string[] = [];
  for (let i = 0; i + 1 < at.length; i += 2) {
    const place = (i / 2) % perPath;
    pieces.push(`${place === 0 ? 'M' : 'L'}${round(at[i] ?? 0)},${round(at[i + 1] ?? 0)}`);
    if (close && place === perPath - 1) pieces.push('Z');
  }
  return pieces.join('');
}

function element(shape: Shape): string {
  const opacity = 'opacity' in shape && shape.opacity !== undefined ? ` opacity="${shape.opacity}"` : '';
  if (shape.kind === 'text') {
    const { x, y, text, colour, halo, size, weight } = shape;
    return (
      `<text x="${round(x)}" y="${round(y)}" font-family="${FONT}" font-size="${size}" font-weight="${weight}" ` +
      `fill="${colour}" stroke="${halo ?? 'none'}" stroke-width="3.5" paint-order="stroke">${escaped(text)}</text>`
    );
  }
  if (shape.kind === 'triangles') return `<path d="${pathOf(shape.at, 3, true)}" fill="${shape.colour}"${opacity}/>`;
  if (shape.kind === 'circles') return circles(shape, opacity);
  const perPath = shape.kind === 'lines' ? 2 : Infinity;
  const cap = shape.kind === 'lines' ? '' : ' stroke-linecap="round" stroke-linejoin="round"';
  return (
    `<path d="${pathOf(shape.at, perPath)}" fill="none" stroke="${shape.colour}" stroke-width="${shape.width}"` +
    `${cap}${dashOf(shape)}${opacity}/>`
  );
}

function circles(shape: Extract<Shape, { kind: 'circles' }>, opacity: string): string {
  const style = `fill="${shape.fill ?? 'none'}" stroke="${shape.stroke ?? 'none'}" stroke-width="${shape.width}"`;
  const each: string[] = [];
  for (let i = 0; i + 1 < shape.at.length; i += 2) {
    each.push(`<circle cx="${round(shape.at[i] ?? 0)}" cy="${round(shape.at[i + 1] ?? 0)}" r="${shape.radius}"/>`);
  }
  return `<g ${style}${dashOf(shape)}${opacity}>${each.join('')}</g>`;
}

function dashOf(shape: Shape): string {
  return 'dash' in shape && shape.dash ? ` stroke-dasharray="${shape.dash.join(' ')}"` : '';
}
