import type { HealthState, LinkView } from '../../api/schemas/screen.ts';
import type { Palette } from '../theme/tokens.ts';
import { type Frame, placeOfNode, radiusOf, segmentOf, widthOf } from './frame.ts';
import { middle } from './geometry.ts';
import { isShown, lookOf, severityOf } from './link-style.ts';
import type { Shape } from './shapes.ts';

const MARK_PX = 5.5;
const HEXAGON_PX = 11;
const TICK_PX = 5.8;
const TICK_ASIDE_PX = 9;

/** Soft light along links that are degraded or worse; beneath the links. */
export function drawHalos(frame: Frame): Shape[] {
  const { palette } = frame;
  return troubled(frame).flatMap(({ index, link }): Shape[] => {
    const segment = lookOf(link) === 'figures' ? segmentOf(frame, index) : null;
    if (!segment) return [];
    const colour = link.state === 'degraded' ? palette.degraded : palette.down;
    const at = [segment.ax, segment.ay, segment.zx, segment.zy];
    return [{ kind: 'lines', at, colour, width: widthOf(frame, index) + 9, opacity: 0.26 }];
  });
}

/** A mark of its own shape in the middle of every link that is not healthy, and on groups that hide one. */
export function drawMarks(frame: Frame): Shape[] {
  const hidden = new Map<number, LinkView>();
  const shapes: Shape[] = [];
  for (const { index, link } of troubled(frame)) {
    const segment = segmentOf(frame, index);
    if (segment) {
      const [x, y] = middle(segment);
      shapes.push(...mark(x, y, link, frame.palette));
    } else keepWorst(hidden, frame, index, link);
  }
  for (const [group, link] of hidden) shapes.push(...hiddenMark(frame, group, link));
  return shapes;
}

/** A ticked circle beside the middle of links of which somebody has said that they know. */
export function drawAcknowledged(frame: Frame): Shape[] {
  const { palette, links, least } = frame;
  return links.flatMap((link, index): Shape[] => {
    if (!link?.acknowledged || !isShown(link, least)) return [];
    const segment = segmentOf(frame, index);
    if (!segment) return [];
    const [mx, my] = middle(segment);
    const [x, y] = [mx + TICK_ASIDE_PX, my - TICK_ASIDE_PX];
    const tick = [-2.6, 0.2, -0.7, 2.2, 2.7, -2].map((each, i) => (i % 2 ? y : x) + each);
    return [
      { kind: 'circles', at: [x, y], radius: TICK_PX, fill: palette.ground, stroke: palette.text, width: 1.3 },
      { kind: 'polyline', at: tick, colour: palette.text, width: 1.6, opacity: 1 },
    ];
  });
}

/** A hexagon around the middle of links that are worked on: whatever their state, somebody knows. */
export function drawMaintenance(frame: Frame): Shape[] {
  const { palette, links, least, maintained } = frame;
  return [...maintained].flatMap((index): Shape[] => {
    const segment = isShown(links[index] ?? null, least) ? segmentOf(frame, index) : null;
    if (!segment) return [];
    const [x, y] = middle(segment);
    const corners = Array.from({ length: 7 }, (_, corner) => {
      const angle = (corner * Math.PI) / 3;
      return [x + HEXAGON_PX * Math.cos(angle), y + HEXAGON_PX * Math.sin(angle)];
    });
    return [{ kind: 'polyline', at: corners.flat(), colour: palette.text, width: 1.8, opacity: 1 }];
  });
}

/** Where marks stand, so that no label covers one. */
export function markPlaces(frame: Frame): { x: number; y: number; radius: number }[] {
  return troubled(frame).flatMap(({ index }) => {
    const segment = segmentOf(frame, index);
    if (!segment) return [];
    const [x, y] = middle(segment);
    return [{ x, y, radius: MARK_PX + 3 }];
  });
}

/** Links worth a mark: degraded or worse, or shut by their operator. Stale ones are dashed; that says it. */
function troubled({ links, least }: Frame): { index: number; link: LinkView }[] {
  const found: { index: number; link: LinkView }[] = [];
  links.forEach((link, index) => {
    if (link && link.state !== 'healthy' && link.state !== 'stale' && isShown(link, least)) found.push({ index, link });
  });
  return found;
}

function keepWorst(hidden: Map<number, LinkView>, frame: Frame, index: number, link: LinkView): void {
  const node = frame.scene.ends[2 * index] ?? 0;
  if ((frame.arrangement.lanes[index] ?? 0) > 0) return;
  const group = frame.arrangement.groupOf[node] ?? 0;
  const before = hidden.get(group);
  if (!before || severityOf(link.state) > severityOf(before.state)) hidden.set(group, link);
}

function hiddenMark(frame: Frame, group: number, link: LinkView): Shape[] {
  const [x, y] = placeOfNode(frame, frame.arrangement.leader[group] ?? 0);
  const radius = radiusOf(frame, group);
  const stroke = colourOf(link.state, frame.palette);
  const ring: Shape = { kind: 'circles', at: [x, y], radius: radius + 3.5, fill: null, stroke, width: 1.5 };
  return [ring, ...mark(x + radius + 6, y + radius + 6, link, frame.palette)];
}

function colourOf(state: HealthState, palette: Palette): string {
  return state === 'degraded' ? palette.degraded : palette.down;
}

/** The shapes of StateBadge, drawn: triangle, diamond, cross; a hollow square for what its operator shut. */
function mark(x: number, y: number, link: LinkView, palette: Palette): Shape[] {
  const disc: Shape = {
    kind: 'circles',
    at: [x, y],
    radius: MARK_PX + 2.5,
    fill: palette.ground,
    stroke: null,
    width: 0,
  };
  const r = MARK_PX;
  const colour = colourOf(link.state, palette);
  if (link.adminDown) {
    const at = [-1, -1, 1, -1, 1, -1, 1, 1, 1, 1, -1, 1, -1, 1, -1, -1].map(
      (each, i) => (i % 2 ? y : x) + each * r * 0.7,
    );
    return [disc, { kind: 'lines', at, colour: palette.dim, width: 1.8 }];
  }
  if (link.state === 'down') {
    const d = r * 0.75;
    return [disc, { kind: 'lines', at: [x - d, y - d, x + d, y + d, x + d, y - d, x - d, y + d], colour, width: 2.6 }];
  }
  const triangle = [x, y - r, x + r, y + r * 0.8, x - r, y + r * 0.8];
  const diamond = [x, y - r, x + r, y, x, y + r, x, y - r, x - r, y, x, y + r];
  return [disc, { kind: 'triangles', at: link.state === 'degraded' ? triangle : diamond, colour }];
}
