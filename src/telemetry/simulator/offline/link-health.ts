import { DEFAULT_THRESHOLDS, type Thresholds } from '../../../health/thresholds.ts';
import type { LinkTable, PlantState } from '../plant.ts';
import { type DayColumns, MINUTE_MS } from './day.ts';

export const LINK_METRICS = [
  'score',
  'state',
  'statusPoints',
  'lossPoints',
  'latencyPoints',
  'utilisationPoints',
  'errorsPoints',
  'flappingPoints',
] as const;
type LinkMetric = (typeof LINK_METRICS)[number];

/** Figures of the arcs in one minute; NaN where not known. */
export interface ArcFigures {
  readonly utilisation: Float64Array;
  readonly lossRatio: Float64Array;
  readonly errorRatio: Float64Array;
  readonly latencyMs: Float64Array;
  readonly baselineLatencyMs: Float64Array;
}

const PARTS = ['loss', 'latency', 'utilisation', 'errors'] as const;
type Part = (typeof PARTS)[number];
const [DOWN_POINTS, DOWN_STATE] = [100, 3];
/** The live scorer learns a baseline below the present one this many times as fast. */
const FASTER_DOWN = 10;

/**
 * What the scorer would say of links, minute by minute: the same thresholds, hysteresis and points on figures of whole
 * minutes. A level is reached and left within the minute, as the live scorer does within seconds.
 */
export class LinkHealth {
  readonly #links: LinkTable;
  readonly #thresholds: Thresholds;
  /** Level by part and arc: 0, 1 degraded, 2 unhealthy. */
  readonly #levels: Readonly<Record<Part, Uint8Array>>;
  readonly #raisedMinutes: Float64Array;
  readonly baselineMs: Float64Array;

  constructor(links: LinkTable, arcCount: number, thresholds: Thresholds = DEFAULT_THRESHOLDS) {
    this.#links = links;
    this.#thresholds = thresholds;
    this.#levels = Object.fromEntries(PARTS.map((part) => [part, new Uint8Array(arcCount)])) as Record<
      Part,
      Uint8Array
    >;
    this.#raisedMinutes = new Float64Array(arcCount);
    this.baselineMs = new Float64Array(arcCount).fill(Number.NaN);
  }

  /** Judges one minute and writes what came of it. */
  judge(figures: ArcFigures, plant: PlantState, into: DayColumns<LinkMetric>, minute: number): void {
    const { loss, utilisation, errors } = this.#thresholds;
    for (let arc = 0; arc < this.baselineMs.length; arc += 1) {
      this.#turn('loss', arc, figures.lossRatio[arc] as number, loss.degraded, loss.unhealthy, loss.clearFactor);
      const { degraded, unhealthy, clearFactor } = utilisation;
      this.#turn('utilisation', arc, figures.utilisation[arc] as number, degraded, unhealthy, clearFactor);
      this.#turn(
        'errors',
        arc,
        figures.errorRatio[arc] as number,
        errors.degraded,
        errors.unhealthy,
        errors.clearFactor,
      );
      this.#latency(arc, figures.latencyMs[arc] as number);
    }
    for (let link = 0; link < this.#links.ids.length; link += 1) this.#link(link, plant, into, minute);
  }

  #turn(part: Part, arc: number, value: number, degraded: number, unhealthy: number, clearFactor: number): void {
    const levels = this.#levels[part];
    const before = levels[arc] as number;
    // Unknown is no proof that it is over, but a link that is down measures nothing: its level is the status then.
    if (Number.isNaN(value)) {
      levels[arc] = 0;
      return;
    }
    const isUnhealthy = value >= unhealthy * (before === 2 ? clearFactor : 1);
    const isDegraded = value >= degraded * (before > 0 ? clearFactor : 1);
    levels[arc] = isUnhealthy ? 2 : isDegraded ? 1 : 0;
  }

  #latency(arc: number, latencyMs: number): void {
    const settings = this.#thresholds.latency;
    const base = this.baselineMs[arc] as number;
    if (Number.isNaN(latencyMs) || Number.isNaN(base)) {
      if (Number.isNaN(base)) this.baselineMs[arc] = latencyMs;
      this.#levels.latency[arc] = 0;
      return;
    }
    const degraded = Math.max(base * settings.degradedFactor, base + settings.degradedAddMs);
    const unhealthy = Math.max(base * settings.unhealthyFactor, base + settings.unhealthyAddMs);
    this.#turn('latency', arc, latencyMs, degraded, unhealthy, settings.clearFactor);
    if (this.#levels.latency[arc] === 0) {
      this.#raisedMinutes[arc] = 0;
      const speed = latencyMs < base ? FASTER_DOWN : 1;
      this.baselineMs[arc] = base + (latencyMs - base) * (1 - Math.exp((-speed * MINUTE_MS) / settings.learnMs));
      return;
    }
    this.#raisedMinutes[arc] = (this.#raisedMinutes[arc] as number) + 1;
    if ((this.#raisedMinutes[arc] as number) * MINUTE_MS > settings.relearnMs) this.baselineMs[arc] = latencyMs;
  }

  #link(link: number, plant: PlantState, into: DayColumns<LinkMetric>, minute: number): void {
    const { points } = this.#thresholds;
    const { columns } = into;
    const at = into.at(link, minute);
    const isDown = plant.linkUp[link] === 0;
    const isShut = plant.shut[link] === 1;
    const flapping = (plant.flapShare[link] as number) > 0 ? 2 : 0;
    let [lost, worst] = [0, flapping as number];
    for (const part of PARTS) {
      let taken = 0;
      for (const arc of this.#links.arcs[link] as readonly [number, number]) {
        const level = this.#levels[part][arc] as number;
        worst = Math.max(worst, level);
        taken += pointsOf(points[part], level);
      }
      columns[`${part}Points`][at] = isShut ? 0 : taken;
      lost += taken;
    }
    columns.flappingPoints[at] = isShut ? 0 : pointsOf(points.flapping, flapping);
    columns.statusPoints[at] = isDown && !isShut ? DOWN_POINTS : 0;
    lost += pointsOf(points.flapping, flapping) + (isDown ? DOWN_POINTS : 0);
    // Shut by its operator is no fault: such a link loses no points, though nothing can use it.
    columns.score[at] = isShut ? 100 : Math.max(0, 100 - lost);
    columns.state[at] = isDown ? DOWN_STATE : worst;
  }
}

function pointsOf(points: { readonly degraded: number; readonly unhealthy: number }, level: number): number {
  return level === 0 ? 0 : level === 1 ? points.degraded : points.unhealthy;
}
