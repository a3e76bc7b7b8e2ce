import type { Network } from '../../../topology/model.ts';
import type { ImportBlock, MinuteBlock } from '../../history/history.ts';
import type { FeatureTable } from '../feature-table.ts';
import { MINUTE_MS, NetworkMinutes } from '../minutes.ts';
import { riskFeatures } from './features.ts';
import { Labeller, type Labels, RISK_HORIZONS } from './labels.ts';
import { LinkTimeline } from './link-timeline.ts';

const DAY_MINUTES = 1440;
const LONGEST_HORIZON = Math.max(...RISK_HORIZONS.map(({ minutes }) => minutes));
/** A day that has just come, what of the day before has waited for its labels, and an hour to look back. */
const COLLECTING_SIZE = { minutes: DAY_MINUTES + LONGEST_HORIZON + 64, hours: 172 + 31 };

/** All links of a network at one moment: what was known then, and what came of it. */
export interface RiskMoment {
  /** Start of the newest minute that the features know. */
  readonly atMs: number;
  readonly table: FeatureTable;
  readonly labels: Labels;
}

export interface CollectorOptions {
  readonly network: Network;
  readonly fromMs: number;
  readonly toMs: number;
  /** Minutes from one moment to the next. */
  readonly stepMinutes: number;
  /** Minutes after `fromMs` before which there is too little to look at. */
  readonly warmUpMinutes: number;
}

export const COLLECTOR_DEFAULTS = { stepMinutes: 10, warmUpMinutes: 120 } as const;

/**
 * Makes moments of a stretch of history that comes day by day, series by series, as `HistoryReader.scan` and the
 * offline simulator give it. A moment is made when the minutes that its labels need have come; its features are made
 * from the minutes up to its own.
 */
export class RiskCollector {
  readonly #options: CollectorOptions;
  readonly #minutes: NetworkMinutes;
  readonly #timeline: LinkTimeline;
  readonly #visit: (moment: RiskMoment) => void;
  #dayEndMs = -Infinity;
  #nextMs: number;

  constructor(options: CollectorOptions, visit: (moment: RiskMoment) => void) {
    this.#options = options;
    this.#minutes = new NetworkMinutes(options.network, COLLECTING_SIZE);
    this.#timeline = new LinkTimeline(options.network, options.fromMs, options.toMs);
    this.#visit = visit;
    const first = options.fromMs + options.warmUpMinutes * MINUTE_MS;
    this.#nextMs = Math.ceil(first / MINUTE_MS) * MINUTE_MS;
  }

  add(block: MinuteBlock | ImportBlock): void {
    if (block.atMs.length === 0) return;
    const firstMs = block.atMs[0] as number;
    if (firstMs >= this.#dayEndMs) {
      this.#emitUntil(this.#dayEndMs - LONGEST_HORIZON * MINUTE_MS);
      this.#dayEndMs = Math.floor(firstMs / (DAY_MINUTES * MINUTE_MS) + 1) * DAY_MINUTES * MINUTE_MS;
    }
    this.#minutes.add(block);
    this.#timeline.add(block);
  }

  /** To be called when all blocks have come; answers what is known of every link and minute. */
  finish(): Labeller {
    this.#emitUntil(this.#options.toMs);
    return new Labeller(this.#timeline);
  }

  #emitUntil(endMs: number): void {
    if (this.#nextMs >= endMs) return;
    const labeller = new Labeller(this.#timeline);
    for (; this.#nextMs < endMs; this.#nextMs += this.#options.stepMinutes * MINUTE_MS) {
      const table = riskFeatures(this.#minutes, this.#options.network, this.#nextMs);
      this.#visit({ atMs: this.#nextMs, table, labels: labeller.labelsOf(this.#nextMs) });
    }
  }
}
