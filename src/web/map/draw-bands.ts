import { type Frame, placeOfNode, radiusOf, segmentOf, widthOf } from './frame.ts';
import { beginning, type Segment } from './geometry.ts';
import type { Shape } from './shapes.ts';

/** One step of a path: a link of the scene, and whether it is gone from z to a. */
export interface Step {
  readonly link: number;
  readonly reversed: boolean;
}

/** A path that is shown as a soft band beneath the links. */
export interface Band {
  readonly steps: readonly Step[];
  readonly colour: string;
  /** How much of it is drawn, 0..1 by length. */
  readonly drawn: number;
}

/** Two pulses of a link that has just turned bad. */
export interface Pulse {
  readonly link: number;
  readonly beganAtMs: number;
}

export const PULSE_MS = 1_600;
const BAND_PX = 17;

export function drawBands(frame: Frame, bands: readonly Band[]): Shape[] {
  return bands.flatMap(({ steps, colour, drawn }): Shape[] => {
    const at = beginning(pointsOf(frame, steps), drawn);
    return at.length < 4 ? [] : [{ kind: 'polyline', at, colour, width: BAND_PX, opacity: 0.42 }];
  });
}

/** Ends of the links of a path in order, each in its own lane. */
function pointsOf(frame: Frame, steps: readonly Step[]): number[] {
  return steps.flatMap(({ link, reversed }) => {
    const segment = segmentOf(frame, link, true);
    if (!segment) return [];
    const { ax, ay, zx, zy } = segment;
    return reversed ? [zx, zy, ax, ay] : [ax, ay, zx, zy];
  });
}

/** A link that is pointed at or chosen. */
export function drawHighlight(frame: Frame, link: number, opacity: number, colour: string): Shape[] {
  const segment = segmentOf(frame, link);
  if (!segment) return [];
  return [{ kind: 'lines', at: lineOf(segment), colour, width: widthOf(frame, link) + 8, opacity }];
}

/** A ring around a node that is chosen. */
export function drawChosenNode(frame: Frame, node: number): Shape[] {
  const at = placeOfNode(frame, node);
  const radius = radiusOf(frame, frame.arrangement.groupOf[node] ?? 0) + 6;
  return [{ kind: 'circles', at, radius, fill: null, stroke: frame.palette.accent, width: 2.5 }];
}

/** The pulses at this moment; grows and fades twice. */
export function drawPulses(frame: Frame, pulses: readonly Pulse[]): Shape[] {
  return pulses.flatMap(({ link, beganAtMs }): Shape[] => {
    const segment = segmentOf(frame, link);
    const age = (frame.nowMs - beganAtMs) / PULSE_MS;
    if (!segment || age < 0 || age >= 1) return [];
    const phase = (age * 2) % 1;
    const width = widthOf(frame, link) + 4 + 26 * phase;
    return [
      { kind: 'lines', at: lineOf(segment), colour: frame.palette.down, width, opacity: 0.5 * (1 - phase) + 0.01 },
    ];
  });
}

const lineOf = ({ ax, ay, zx, zy }: Segment): readonly number[] => [ax, ay, zx, zy];
