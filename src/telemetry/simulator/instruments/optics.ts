import type { Link } from '../../../../topology/model.ts';
import type { Rng } from '../../../core/rng.ts';
import { within } from '../distributions.ts';
import type { LinkTable, PlantState } from '../plant.ts';
import type { OpticsPlan } from '../scenario-schema.ts';
import { Wander } from './wander.ts';

export const OPTICS_METRICS = ['rxPowerDbm', 'preFecBitErrorRatio'] as const;

/** What a link is made of. */
export type Medium = 'electrical' | 'plain' | 'coherent';

export function mediumOf(link: Pick<Link, 'capacityBps' | 'latencyMs'>, plan: OpticsPlan): Medium {
  const latencyMs = Math.min(link.latencyMs.az, link.latencyMs.za);
  if (latencyMs < plan.electricalBelowMs) return 'electrical';
  const isFast = Math.min(link.capacityBps.az, link.capacityBps.za) >= plan.coherentFromBps;
  return isFast && latencyMs >= plan.coherentFromMs ? 'coherent' : 'plain';
}

/** Never nearer to the limit than this, in log10, on an ordinary day: a link is planned with a margin. */
const MARGIN = 0.35;

/** Receivers of all interfaces; `2 * link` is end a (it receives arc za), `2 * link + 1` end z (it receives az). */
export class Optics {
  readonly rxPowerDbm: Float64Array;
  /** NaN for links without forward error correction, and where no light arrives. */
  readonly preFecBitErrorRatio: Float64Array;
  readonly media: readonly Medium[];
  readonly #plan: OpticsPlan;
  readonly #links: LinkTable;
  readonly #rng: Rng;
  readonly #usualDbm: Float64Array;
  readonly #usualLog10: Float64Array;
  readonly #swingLog10: Float64Array;
  readonly #power: Wander;
  readonly #bitErrors: Wander;

  constructor(plan: OpticsPlan, network: readonly Link[], links: LinkTable, rng: Rng) {
    const count = 2 * network.length;
    const own = rng.fork('interfaces');
    this.#plan = plan;
    this.#links = links;
    this.#rng = rng.fork('readings');
    this.media = network.map((link) => mediumOf(link, plan));
    this.#usualDbm = Float64Array.from({ length: count }, () => within(own, plan.rxPowerDbm));
    const highest = plan.bitErrorLimitLog10 - MARGIN;
    this.#usualLog10 = Float64Array.from({ length: count }, () =>
      Math.min(highest, plan.bitErrorLog10 + plan.bitErrorSd * own.normal()),
    );
    // Within an hour a wandering value changes by sqrt(2 (1 - keep)) of its sd.
    const anHour = Math.sqrt(2 * (1 - Math.exp(-1 / plan.bitErrorMemoryHours)));
    this.#swingLog10 = Float64Array.from(
      { length: count },
      () => (plan.bitErrorStepSd / anHour) * Math.exp(plan.bitErrorStepSpread * own.normal()),
    );
    this.#power = new Wander(count, plan.rxDriftHours * 3600, rng.fork('power'));
    this.#bitErrors = new Wander(count, plan.bitErrorMemoryHours * 3600, rng.fork('bit errors'));
    this.rxPowerDbm = new Float64Array(count).fill(Number.NaN);
    this.preFecBitErrorRatio = new Float64Array(count).fill(Number.NaN);
  }

  advance(dtSeconds: number, plant: PlantState): void {
    this.#power.advance(dtSeconds);
    this.#bitErrors.advance(dtSeconds);
    for (let link = 0; link < this.media.length; link += 1) {
      if (this.media[link] === 'electrical') continue;
      const [az, za] = this.#links.arcs[link] as readonly [number, number];
      const isLit = plant.linkUp[link] === 1;
      this.#read(2 * link, za, isLit, this.media[link] === 'coherent', plant);
      this.#read(2 * link + 1, az, isLit, this.media[link] === 'coherent', plant);
    }
  }

  #read(at: number, arc: number, isLit: boolean, isCoherent: boolean, plant: PlantState): void {
    const { darkDbm, rxDriftDb, rxNoiseDb, bitErrorLimitLog10, bitErrorNoise } = this.#plan;
    if (!isLit) {
      this.rxPowerDbm[at] = darkDbm;
      this.preFecBitErrorRatio[at] = Number.NaN;
      return;
    }
    const drift = rxDriftDb * (this.#power.values[at] as number);
    const dbm =
      (this.#usualDbm[at] as number) + drift + rxNoiseDb * this.#rng.normal() - (plant.rxDropDb[arc] as number);
    this.rxPowerDbm[at] = Math.max(darkDbm, dbm);
    if (!isCoherent) return;
    const usual =
      (this.#usualLog10[at] as number) + (this.#swingLog10[at] as number) * (this.#bitErrors.values[at] as number);
    const risen = usual + Math.max(0, bitErrorLimitLog10 - usual) * (plant.bitErrorRise[arc] as number);
    // A link that is up is below the limit: beyond it the frames are gone and it would not be up.
    this.preFecBitErrorRatio[at] = 10 ** Math.min(bitErrorLimitLog10, risen + bitErrorNoise * this.#rng.normal());
  }
}
