import { formatAge } from '../shared/format.ts';
import { markPlaces } from './draw-marks.ts';
import { type Frame, isHasty, placeOfNode, radiusOf, segmentOf } from './frame.ts';
import { middle } from './geometry.ts';
import { type Label, placeLabels } from './labels.ts';
import type { Shape } from './shapes.ts';

/** Labels that are tried for a place; on a screen no more can be read. */
const MOST_LABELS = 400;
const STALE_LABELS = 40;
const HASTY_LABELS = 60;

/** Routers: a ring; core routers larger; a dot inside where one ring stands for several. */
export function drawNodes(frame: Frame): Shape[] {
  const { palette, arrangement } = frame;
  const byRadius = new Map<number, number[]>();
  const several: number[] = [];
  for (const group of groupsInSight(frame)) {
    const place = placeOfNode(frame, arrangement.leader[group] ?? 0);
    const radius = radiusOf(frame, group);
    const at = byRadius.get(radius);
    if (at) at.push(...place);
    else byRadius.set(radius, [...place]);
    if ((arrangement.size[group] ?? 1) > 1) several.push(...place);
  }
  const rings = [...byRadius].map(([radius, at]): Shape => {
    const isLarge = radius >= 5;
    const stroke = isLarge ? palette.node : palette.dim;
    return { kind: 'circles', at, radius, fill: palette.ground, stroke, width: isLarge ? 2 : 1.5 };
  });
  const dots: Shape = { kind: 'circles', at: several, radius: 1.6, fill: palette.node, stroke: null, width: 0 };
  return [...rings.reverse(), ...(several.length > 0 ? [dots] : [])];
}

/** Names where there is room, the important ones first; then how long stale links have been silent. */
export function drawLabels(frame: Frame): Shape[] {
  const { palette } = frame;
  const groups = groupsInSight(frame);
  const obstacles = groups.map((group) => {
    const [x, y] = placeOfNode(frame, frame.arrangement.leader[group] ?? 0);
    return { x, y, radius: radiusOf(frame, group) + 1 };
  });
  const isHurried = isHasty(frame);
  const names = groups.slice(0, isHurried ? HASTY_LABELS : MOST_LABELS).map((group) => nameLabel(frame, group));
  const placed = placeLabels(
    [...names, ...(isHurried ? [] : staleLabels(frame))],
    [...obstacles, ...markPlaces(frame)],
    frame.size,
    frame.covered,
  );
  return placed.map(({ label, x, y }): Shape => {
    const { text, height, clear } = label;
    const isCore = clear >= 5;
    const colour = isCore ? palette.text : palette.dim;
    return {
      kind: 'text',
      x,
      y,
      text,
      colour,
      halo: isHurried ? null : palette.ground,
      size: height - 3,
      weight: isCore ? 500 : 400,
    };
  });
}

/** Groups are numbered in order of rank. */
function groupsInSight(frame: Frame): number[] {
  const { arrangement, size } = frame;
  const seen: number[] = [];
  for (let group = 0; group < arrangement.leader.length; group += 1) {
    const [x, y] = placeOfNode(frame, arrangement.leader[group] ?? 0);
    if (x > -10 && y > -10 && x < size.width + 10 && y < size.height + 10) seen.push(group);
  }
  return seen;
}

function nameLabel(frame: Frame, group: number): Label {
  const node = frame.scene.nodes[frame.arrangement.leader[group] ?? 0];
  const [x, y] = placeOfNode(frame, frame.arrangement.leader[group] ?? 0);
  const clear = radiusOf(frame, group);
  const size = clear >= 5 ? 12 : 11;
  const text = node?.name ?? '';
  return { x, y, text, width: frame.measure(text, size, clear >= 5 ? 500 : 400), height: size + 3, clear };
}

function staleLabels(frame: Frame): Label[] {
  const labels: Label[] = [];
  for (let i = 0; i < frame.links.length && labels.length < STALE_LABELS; i += 1) {
    const link = frame.links[i];
    const segment = link?.state === 'stale' ? segmentOf(frame, i) : null;
    if (!link || !segment || Math.hypot(segment.zx - segment.ax, segment.zy - segment.ay) < 90) continue;
    const [x, y] = middle(segment);
    const text = link.receivedAtMs === null ? 'never heard' : `stale ${formatAge(frame.nowMs - link.receivedAtMs)}`;
    labels.push({ x, y, text, width: frame.measure(text, 11, 400), height: 14, clear: 2 });
  }
  return labels;
}
