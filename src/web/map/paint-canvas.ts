import type { Shape } from './shapes.ts';

export const FONT = "'Inter Variable', system-ui, sans-serif";

export function fontOf(size: number, weight: number): string {
  return `${weight} ${size}px ${FONT}`;
}

/** Paints the shapes in order; the context is in px of the screen. */
export function paintCanvas(context: CanvasRenderingContext2D, shapes: readonly Shape[]): void {
  context.lineJoin = 'round';
  for (const shape of shapes) {
    context.globalAlpha = ('opacity' in shape && shape.opacity) || 1;
    paint(context, shape);
  }
  context.globalAlpha = 1;
}

function paint(context: CanvasRenderingContext2D, shape: Shape): void {
  if (shape.kind === 'lines') paintLines(context, shape);
  else if (shape.kind === 'polyline') paintPolyline(context, shape);
  else if (shape.kind === 'triangles') paintTriangles(context, shape);
  else if (shape.kind === 'circles') paintCircles(context, shape);
  else paintText(context, shape);
}

type Of<K extends Shape['kind']> = Extract<Shape, { kind: K }>;

/** A path is filled as one shape, which takes more than twice as long for a thousand lines as for as many in tens. */
const LINES_AT_ONCE = 50;

function paintLines(context: CanvasRenderingContext2D, { at, colour, width, dash }: Of<'lines'>): void {
  context.lineCap = 'butt';
  for (let from = 0; from + 3 < at.length; from += 4 * LINES_AT_ONCE) {
    context.beginPath();
    for (let i = from; i < from + 4 * LINES_AT_ONCE && i + 3 < at.length; i += 4) {
      context.moveTo(at[i] ?? 0, at[i + 1] ?? 0);
      context.lineTo(at[i + 2] ?? 0, at[i + 3] ?? 0);
    }
    stroke(context, colour, width, dash);
  }
}

function paintPolyline(context: CanvasRenderingContext2D, { at, colour, width }: Of<'polyline'>): void {
  context.beginPath();
  for (let i = 0; i + 1 < at.length; i += 2) context.lineTo(at[i] ?? 0, at[i + 1] ?? 0);
  context.lineCap = 'round';
  stroke(context, colour, width);
}

function paintTriangles(context: CanvasRenderingContext2D, { at, colour }: Of<'triangles'>): void {
  context.beginPath();
  for (let i = 0; i + 5 < at.length; i += 6) {
    context.moveTo(at[i] ?? 0, at[i + 1] ?? 0);
    context.lineTo(at[i + 2] ?? 0, at[i + 3] ?? 0);
    context.lineTo(at[i + 4] ?? 0, at[i + 5] ?? 0);
    context.closePath();
  }
  context.fillStyle = colour;
  context.fill();
}

function paintCircles(context: CanvasRenderingContext2D, shape: Of<'circles'>): void {
  const { at, radius, fill } = shape;
  context.beginPath();
  for (let i = 0; i + 1 < at.length; i += 2) {
    const x = at[i] ?? 0;
    const y = at[i + 1] ?? 0;
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }
  if (fill) {
    context.fillStyle = fill;
    context.fill();
  }
  if (shape.stroke) stroke(context, shape.stroke, shape.width, shape.dash);
}

function stroke(context: CanvasRenderingContext2D, colour: string, width: number, dash: readonly number[] = []): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash([...dash]);
  context.stroke();
}

function paintText(context: CanvasRenderingContext2D, { x, y, text, colour, halo, size, weight }: Of<'text'>): void {
  context.font = fontOf(size, weight);
  context.textAlign = 'left';
  context.textBaseline = 'alphabetic';
  if (halo) {
    context.setLineDash([]);
    context.strokeStyle = halo;
    context.lineWidth = 3.5;
    context.strokeText(text, x, y);
  }
  context.fillStyle = colour;
  context.fillText(text, x, y);
}
