/** A line on the screen, px. */
export interface Segment {
  readonly ax: number;
  readonly ay: number;
  readonly zx: number;
  readonly zy: number;
}

/** The line between two places, `offset` px beside it (to its left, seen from the lower of the two group numbers). */
export function beside(line: Segment, offset: number, reversed: boolean): Segment {
  const dx = line.zx - line.ax;
  const dy = line.zy - line.ay;
  const length = Math.hypot(dx, dy);
  if (offset === 0 || length === 0) return line;
  const turned = reversed ? -offset : offset;
  const ox = (dy / length) * turned;
  const oy = (-dx / length) * turned;
  return { ax: line.ax + ox, ay: line.ay + oy, zx: line.zx + ox, zy: line.zy + oy };
}

/** Distance between the lanes of parallel links, px: they stay apart, and a bundle of many stays a bundle. */
export function laneGap(lanes: number): number {
  return lanes <= 1 ? 0 : Math.max(2.2, Math.min(6.5, 21 / (lanes - 1)));
}

export const middle = ({ ax, ay, zx, zy }: Segment): readonly [number, number] => [(ax + zx) / 2, (ay + zy) / 2];

/**
 * The arrow of a half-link: a triangle whose tip is at the middle and points away from where the half begins.
 * Empty where the half is too short to carry one.
 */
export function arrow(fromX: number, fromY: number, tipX: number, tipY: number, size: number): readonly number[] {
  const dx = tipX - fromX;
  const dy = tipY - fromY;
  const length = Math.hypot(dx, dy);
  if (length < size * 2.2) return [];
  const ux = dx / length;
  const uy = dy / length;
  const baseX = tipX - ux * size * 1.6;
  const baseY = tipY - uy * size * 1.6;
  return [
    tipX,
    tipY,
    baseX - uy * size * 0.8,
    baseY + ux * size * 0.8,
    baseX + uy * size * 0.8,
    baseY - ux * size * 0.8,
  ];
}

/** Distance of a point from a line, px. */
export function distanceTo({ ax, ay, zx, zy }: Segment, x: number, y: number): number {
  const dx = zx - ax;
  const dy = zy - ay;
  const squared = dx * dx + dy * dy;
  const along = squared === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / squared));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}

/** True when a line surely does not touch the box (0, 0, width, height) with this margin. */
export function isOutside({ ax, ay, zx, zy }: Segment, width: number, height: number, margin = 20): boolean {
  return (
    (ax < -margin && zx < -margin) ||
    (ay < -margin && zy < -margin) ||
    (ax > width + margin && zx > width + margin) ||
    (ay > height + margin && zy > height + margin)
  );
}

/** The first `share` (0..1) of a line through these points (x, y, x, y, ...), by length. */
export function beginning(points: readonly number[], share: number): number[] {
  if (share >= 1) return [...points];
  const rest = { length: lengthOf(points) * Math.max(0, share) };
  const kept = points.slice(0, 2);
  for (let i = 2; i + 1 < points.length; i += 2) {
    const [px = 0, py = 0, x = 0, y = 0] = points.slice(i - 2, i + 2);
    const step = Math.hypot(x - px, y - py);
    if (step >= rest.length) {
      const part = step === 0 ? 0 : rest.length / step;
      kept.push(px + (x - px) * part, py + (y - py) * part);
      break;
    }
    rest.length -= step;
    kept.push(x, y);
  }
  return kept;
}

function lengthOf(points: readonly number[]): number {
  let length = 0;
  for (let i = 2; i + 1 < points.length; i += 2) {
    length += Math.hypot((points[i] ?? 0) - (points[i - 2] ?? 0), (points[i + 1] ?? 0) - (points[i - 1] ?? 0));
  }
  return length;
}
