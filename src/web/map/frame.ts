import type { LinkView, RiskLevel } from '../../api/schemas/screen.ts';
import type { Palette } from '../theme/tokens.ts';
import type { Arrangement } from './arrange.ts';
import { beside, isOutside, laneGap, type Segment } from './geometry.ts';
import type { Box } from './labels.ts';
import type { MinSeverity } from './link-style.ts';
import type { Scene } from './scene.ts';
import type { Size, View } from './view.ts';

/** All that one picture of the map is made from. */
export interface Frame {
  readonly scene: Scene;
  readonly arrangement: Arrangement;
  readonly view: View;
  readonly size: Size;
  /** By index of the scene's links; null where nothing is known. */
  readonly links: readonly (LinkView | null)[];
  readonly palette: Palette;
  /** One colour for each band of utilisation. */
  readonly colours: readonly string[];
  readonly least: MinSeverity | null;
  /** Links that are likely to fail, by index of the scene's links. */
  readonly risks: ReadonlyMap<number, RiskLevel>;
  /** Links that are worked on. */
  readonly maintained: ReadonlySet<number>;
  /** While the map moves, and for very large ones, what is small is left out. */
  readonly detail: 'full' | 'moving';
  readonly nowMs: number;
  /** What buttons and the legend hide of the map. */
  readonly covered: readonly Box[];
  /** Width of a text, px. */
  measure(text: string, size: number, weight: number): number;
}

/** True while the map moves and is too large to be drawn in full at every step: what is costly waits for its rest. */
export function isHasty({ detail, scene }: Frame): boolean {
  return detail === 'moving' && scene.links.length > 400;
}

/** More links than this and they are drawn without arrows and casings until the map is near enough. */
export const MANY_LINKS = 1_500;

/** Where the group of a node stands on the screen. */
export function placeOfNode({ scene, arrangement, view }: Frame, node: number): readonly [number, number] {
  const leader = arrangement.leader[arrangement.groupOf[node] ?? 0] ?? node;
  return [(scene.xs[leader] ?? 0) * view.k + view.x, (scene.ys[leader] ?? 0) * view.k + view.y];
}

/** Where a link is drawn; null where both its ends stand in one group, and where it is out of sight. */
export function segmentOf(frame: Frame, link: number, always = false): Segment | null {
  const { scene, arrangement, size } = frame;
  const lanes = arrangement.lanes[link] ?? 0;
  if (lanes === 0) return null;
  const a = scene.ends[2 * link] ?? 0;
  const z = scene.ends[2 * link + 1] ?? 0;
  const [ax, ay] = placeOfNode(frame, a);
  const [zx, zy] = placeOfNode(frame, z);
  const straight = { ax, ay, zx, zy };
  if (!always && isOutside(straight, size.width, size.height)) return null;
  const reversed = (arrangement.groupOf[a] ?? 0) > (arrangement.groupOf[z] ?? 0);
  return beside(straight, (arrangement.lane[link] ?? 0) * laneGap(lanes), reversed);
}

/** Width of a link, px: core links thicker, all of them a little with the zoom, bundles never into each other. */
export function widthOf(frame: Frame, link: number): number {
  const { scene, arrangement, view } = frame;
  // In software a line of one px takes a tenth of what a wider one does.
  if (isHasty(frame) && scene.links.length > MANY_LINKS) return 1;
  const zoomed = Math.min(1.8, Math.max(0.9, 1 + Math.log2(Math.max(view.k, 0.1)) * 0.16));
  const crowded = scene.links.length > 600 ? 0.7 : 1;
  const width = (scene.isCore[link] ? 4 : 2.4) * zoomed * crowded;
  const lanes = arrangement.lanes[link] ?? 1;
  const fitting = lanes > 1 ? Math.min(width, laneGap(lanes) * 0.8) : width;
  // Few widths mean few strokes.
  return Math.round(fitting * 2) / 2;
}

/** Radius of a node, px. */
export function radiusOf({ scene, arrangement }: Frame, group: number): number {
  const node = scene.nodes[arrangement.leader[group] ?? 0];
  if (node?.tier === 'core' || (arrangement.size[group] ?? 1) > 1) return 5;
  return scene.nodes.length > 300 ? 2.6 : 3.4;
}
