import type { Bounds } from './scene.ts';

/** How the plane lies on the screen: px = plane * k + offset. */
export interface View {
  readonly k: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Padding {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

const PHONE_PX = 600;

/** What controls at the top and right and the legend at the bottom cover, and room for names. */
export function paddingFor({ width }: Size, isBrief: boolean): Padding {
  if (width >= PHONE_PX) return { top: 76, right: 72, bottom: 84, left: 56 };
  return isBrief ? { top: 24, right: 60, bottom: 44, left: 24 } : { top: 110, right: 60, bottom: 96, left: 30 };
}

const DEEPEST = 24;

/** The view that shows these bounds in the middle of what is left free. */
export function fitView({ left, top, right, bottom }: Bounds, size: Size, padding: Padding): View {
  const width = Math.max(1, size.width - padding.left - padding.right);
  const height = Math.max(1, size.height - padding.top - padding.bottom);
  const k = Math.min(width / Math.max(right - left, 40), height / Math.max(bottom - top, 40), DEEPEST);
  return {
    k,
    x: padding.left + width / 2 - ((left + right) / 2) * k,
    y: padding.top + height / 2 - ((top + bottom) / 2) * k,
  };
}

/** Centre and zoom as they stand in an address: they mean the same on a screen of another size. */
export function writeView({ k, x, y }: View, { width, height }: Size): string {
  const centre = [(width / 2 - x) / k, (height / 2 - y) / k].map((each) => each.toFixed(1));
  return `${centre.join(',')},${k.toFixed(3)}`;
}

/** The view of an address; null for what is not one. */
export function readView(text: string | null, { width, height }: Size): View | null {
  const parts = (text ?? '').split(',').map(Number);
  const [cx, cy, k] = parts;
  if (parts.length !== 3 || cx === undefined || cy === undefined || k === undefined) return null;
  if (![cx, cy, k].every(Number.isFinite) || k <= 0 || k > 1000) return null;
  return { k, x: width / 2 - cx * k, y: height / 2 - cy * k };
}
