import type { LinkView } from '../../api/schemas/screen.ts';
import { UTILISATION_STOPS, utilisationBand } from '../theme/utilisation.ts';
import { type Frame, isHasty, MANY_LINKS, segmentOf, widthOf } from './frame.ts';
import { arrow, middle, type Segment } from './geometry.ts';
import { isShown, lookOf } from './link-style.ts';
import type { Shape } from './shapes.ts';

/** Of what the filter leaves out: still there, so that the rest has its place. */
const FADED = 0.16;
const STALE_DASH = [3, 3];
const DOWN_DASH = [7, 4];
const SHUT_DASH = [1.5, 4];

interface Batch {
  readonly at: number[];
  readonly width: number;
  readonly colour: string;
  readonly dash?: readonly number[];
  readonly faded: boolean;
  /** What is drawn later lies on top. */
  readonly order: number;
  readonly arrows: number[];
}

/** All links as half-links, gathered by colour and width: a few dozen strokes however many links there are. */
export function drawLinks(frame: Frame): Shape[] {
  const isPlain = isHasty(frame) || isCrowded(frame);
  const batches = new Batches();
  const casing = new Batches();
  for (let i = 0; i < frame.scene.links.length; i += 1) {
    const segment = segmentOf(frame, i);
    if (!segment) continue;
    const width = widthOf(frame, i);
    if (!isPlain)
      casing.add({ colour: frame.palette.ground, width: width + 2.4, order: 0, faded: false }, lineOf(segment));
    addLink(batches, frame, { link: frame.links[i] ?? null, segment, width, withArrow: !isPlain });
  }
  return [...casing.shapes(), ...batches.shapes()];
}

function isCrowded({ scene, view, size }: Frame): boolean {
  if (scene.links.length <= MANY_LINKS) return false;
  const { left, right, top, bottom } = scene.bounds;
  const shown = (size.width * size.height) / Math.max(1, (right - left) * (bottom - top) * view.k ** 2);
  return scene.links.length * Math.min(1, shown) > MANY_LINKS;
}

interface DrawnLink {
  readonly link: LinkView | null;
  readonly segment: Segment;
  readonly width: number;
  readonly withArrow: boolean;
}

const lineOf = ({ ax, ay, zx, zy }: Segment): readonly number[] => [ax, ay, zx, zy];

function addLink(batches: Batches, frame: Frame, { link, segment, width, withArrow }: DrawnLink): void {
  const { palette } = frame;
  const faded = !isShown(link, frame.least);
  const look = lookOf(link);
  if (link === null || look !== 'figures') {
    const dashed = {
      down: { colour: palette.down, dash: DOWN_DASH, order: 99 },
      shut: { colour: palette.dim, dash: SHUT_DASH, order: -1 },
      stale: { colour: palette.stale, dash: STALE_DASH, order: -2 },
      figures: { colour: palette.stale, dash: STALE_DASH, order: -2 },
    }[look];
    // Dashes cost twenty times what a line does.
    const { dash, ...solid } = dashed;
    batches.add({ ...solid, ...(isHasty(frame) ? {} : { dash }), width, faded }, lineOf(segment));
    return;
  }
  const [mx, my] = middle(segment);
  const halves = [
    [link.arcs.az.utilisation, segment.ax, segment.ay],
    [link.arcs.za.utilisation, segment.zx, segment.zy],
  ] as const;
  for (const [utilisation, fromX, fromY] of halves) {
    const band = utilisation === null ? null : utilisationBand(utilisation);
    const colour = band === null ? palette.stale : (frame.colours[band] ?? palette.stale);
    const batch = batches.add({ colour, width, faded, order: band ?? -1 }, [fromX, fromY, mx, my]);
    if (withArrow) batch.arrows.push(...arrow(fromX, fromY, mx, my, width + 2));
  }
}

/** Lines that look the same, together. */
class Batches {
  readonly #batches = new Map<string, Batch>();

  add(look: Omit<Batch, 'at' | 'arrows'>, line: readonly number[]): Batch {
    const key = `${look.colour} ${look.width} ${look.dash?.length ?? 0} ${look.faded}`;
    let batch = this.#batches.get(key);
    if (!batch) {
      batch = { ...look, at: [], arrows: [] };
      this.#batches.set(key, batch);
    }
    for (const each of line) batch.at.push(each);
    return batch;
  }

  shapes(): Shape[] {
    const sorted = [...this.#batches.values()].sort((x, y) => Number(y.faded) - Number(x.faded) || x.order - y.order);
    const opacity = ({ faded }: Batch) => (faded ? FADED : 1);
    return [
      ...sorted.map((each): Shape => {
        const { at, colour, width, dash } = each;
        return { kind: 'lines', at, colour, width, opacity: opacity(each), ...(dash ? { dash } : {}) };
      }),
      ...sorted
        .filter(({ arrows }) => arrows.length > 0)
        .map((each): Shape => ({ kind: 'triangles', at: each.arrows, colour: each.colour, opacity: opacity(each) })),
    ];
  }
}

export const BAND_COUNT = UTILISATION_STOPS.length;
