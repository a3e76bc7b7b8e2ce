import type { Rng } from '../../../core/rng.ts';
import { within } from '../distributions.ts';
import type { LinkTable, PlantState } from '../plant.ts';
import type { TransceiversPlan } from '../scenario-schema.ts';
import type { Medium } from './optics.ts';
import { Wander } from './wander.ts';

export const TRANSCEIVER_METRICS = ['transceiverTemperatureCelsius'] as const;

/** Temperatures of the transceivers of all interfaces; `2 * link` is end a, `2 * link + 1` end z. */
export class Transceivers {
  /** NaN for copper, which has no sensor. */
  readonly transceiverTemperatureCelsius: Float64Array;
  readonly #plan: TransceiversPlan;
  readonly #media: readonly Medium[];
  readonly #links: LinkTable;
  readonly #rng: Rng;
  readonly #usualCelsius: Float64Array;
  readonly #drift: Wander;

  constructor(plan: TransceiversPlan, media: readonly Medium[], links: LinkTable, rng: Rng) {
    const count = 2 * media.length;
    const own = rng.fork('interfaces');
    this.#plan = plan;
    this.#media = media;
    this.#links = links;
    this.#rng = rng.fork('readings');
    this.#usualCelsius = Float64Array.from({ length: count }, () => within(own, plan.temperatureCelsius));
    this.#drift = new Wander(count, plan.driftHours * 3600, rng.fork('drift'));
    this.transceiverTemperatureCelsius = new Float64Array(count).fill(Number.NaN);
  }

  /** `roomCelsius`: by how much the room around each router is warmer than usual. */
  advance(dtSeconds: number, plant: PlantState, roomCelsius: Float64Array): void {
    this.#drift.advance(dtSeconds);
    for (let link = 0; link < this.#media.length; link += 1) {
      if (this.#media[link] === 'electrical') continue;
      const [az, za] = this.#links.arcs[link] as readonly [number, number];
      this.#read(2 * link, az, this.#links.a[link] as number, plant, roomCelsius);
      this.#read(2 * link + 1, za, this.#links.z[link] as number, plant, roomCelsius);
    }
  }

  /** A link that is down or dark still has transceivers, and these are still read. */
  #read(at: number, arc: number, node: number, plant: PlantState, roomCelsius: Float64Array): void {
    const { roomShare, cardShare, routerShare, driftCelsius, noiseCelsius } = this.#plan;
    this.transceiverTemperatureCelsius[at] =
      (this.#usualCelsius[at] as number) +
      roomShare * (roomCelsius[node] as number) +
      cardShare * (plant.cardRiseCelsius[arc] as number) +
      routerShare * (plant.temperatureRiseCelsius[node] as number) +
      driftCelsius * (this.#drift.values[at] as number) +
      noiseCelsius * this.#rng.normal();
  }
}
