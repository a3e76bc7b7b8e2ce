import type { RiskLevel } from '../../api/schemas/screen.ts';
import { type Frame, isHasty, segmentOf, widthOf } from './frame.ts';
import { middle } from './geometry.ts';
import { isShown } from './link-style.ts';
import type { Shape } from './shapes.ts';

const RING_PX = 6.5;
const RING_DASH = [3, 2.4];
const HALO_DASH = [9, 5];
/** Radius of what is filled within the ring: the level is an area, as everywhere. */
const FILLED: Readonly<Partial<Record<RiskLevel, number>>> = { medium: 1.6, high: 2.8, critical: 4 };

/** Dashed light along links that are likely to fail; beneath the links, and told apart from what is wrong by its dashes. */
export function drawRiskHalos(frame: Frame): Shape[] {
  if (isHasty(frame)) return [];
  return atRisk(frame).flatMap(({ link }): Shape[] => {
    const segment = segmentOf(frame, link);
    if (!segment) return [];
    const at = [segment.ax, segment.ay, segment.zx, segment.zy];
    const width = widthOf(frame, link) + 9;
    return [{ kind: 'lines', at, colour: frame.palette.predicted, width, dash: HALO_DASH, opacity: 0.38 }];
  });
}

/** A dashed ring in the middle of each of them. */
export function drawRiskMarks(frame: Frame): Shape[] {
  return atRisk(frame).flatMap(({ link, level }): Shape[] => {
    const segment = segmentOf(frame, link);
    if (!segment) return [];
    const at = middle(segment);
    const { predicted, ground } = frame.palette;
    const filled = FILLED[level] ?? 0;
    return [
      { kind: 'circles', at, radius: RING_PX + 2, fill: ground, stroke: null, width: 0 },
      { kind: 'circles', at, radius: RING_PX, fill: null, stroke: predicted, width: 1.6, dash: RING_DASH },
      ...(filled > 0
        ? [{ kind: 'circles', at, radius: filled, fill: predicted, stroke: null, width: 0 } as const]
        : []),
    ];
  });
}

/** What is not well already has a mark of its own: of it nothing is predicted any more. */
function atRisk({ links, risks, least }: Frame): { link: number; level: RiskLevel }[] {
  return [...risks].flatMap(([link, level]) => {
    const view = links[link] ?? null;
    return view?.state === 'healthy' && isShown(view, least) ? [{ link, level }] : [];
  });
}
