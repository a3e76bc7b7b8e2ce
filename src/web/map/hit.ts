import { type Frame, placeOfNode, radiusOf, segmentOf } from './frame.ts';
import { distanceTo } from './geometry.ts';

/** What is under the pointer, or chosen: indices of the scene. */
export type Target = { readonly kind: 'node' | 'link'; readonly index: number };

const NODE_REACH_PX = 7;
const LINK_REACH_PX = 7;

/** The node at this place, else the nearest link within reach. */
export function targetAt(frame: Frame, x: number, y: number): Target | null {
  const node = nodeAt(frame, x, y);
  if (node !== null) return { kind: 'node', index: node };
  let best: number | null = null;
  let nearest = LINK_REACH_PX;
  for (let i = 0; i < frame.scene.links.length; i += 1) {
    const segment = segmentOf(frame, i);
    if (!segment) continue;
    const distance = distanceTo(segment, x, y);
    if (distance >= nearest) continue;
    nearest = distance;
    best = i;
  }
  return best === null ? null : { kind: 'link', index: best };
}

function nodeAt(frame: Frame, x: number, y: number): number | null {
  const { leader } = frame.arrangement;
  for (let group = 0; group < leader.length; group += 1) {
    const node = leader[group] ?? 0;
    const [nx, ny] = placeOfNode(frame, node);
    if (Math.hypot(nx - x, ny - y) <= radiusOf(frame, group) + NODE_REACH_PX / 2) return node;
  }
  return null;
}

/**
 * The node an arrow key leads to: the one that is nearest in that direction, where what lies aside counts twice.
 * From nowhere it is the most important one.
 */
export function nodeTowards(frame: Frame, from: number | null, dx: number, dy: number): number | null {
  const { leader } = frame.arrangement;
  if (from === null) return leader[0] ?? null;
  const [x, y] = placeOfNode(frame, from);
  let best: number | null = null;
  let nearest = Infinity;
  for (const node of leader) {
    const [nx, ny] = placeOfNode(frame, node);
    const ahead = (nx - x) * dx + (ny - y) * dy;
    const aside = Math.abs((nx - x) * dy - (ny - y) * dx);
    const far = ahead + 2 * aside;
    if (ahead <= 1 || aside > 2 * ahead || far >= nearest) continue;
    nearest = far;
    best = node;
  }
  return best;
}
