import type { Rng } from '../../../core/rng.ts';
import type { LinkTable, PlantState } from '../plant.ts';
import type { Scenario } from '../scenario-schema.ts';
import type { Medium } from './optics.ts';

const DAY = 86_400;
type BackgroundPlan = NonNullable<Scenario['plant']['background']>;

interface Direction {
  readonly arc: number;
  readonly rng: Rng;
  lossRatio: number;
  nextAt: number;
}

/** Electrical and plain optical links of which some corrupt packets all the time, whatever their load. */
export class BackgroundCorruption {
  readonly #plan: BackgroundPlan;
  readonly #directions: readonly Direction[];

  constructor(plan: BackgroundPlan, links: LinkTable, media: readonly Medium[], rng: Rng) {
    this.#plan = plan;
    this.#directions = links.arcs.flatMap((pair, link) =>
      media[link] === 'coherent'
        ? []
        : pair.map((arc, side) => {
            const own = rng.fork(`${links.ids[link]}:${side}`);
            return { arc, rng: own, lossRatio: this.#draw(own), nextAt: own.exponential(plan.meanDays * DAY) };
          }),
    );
  }

  apply(atSeconds: number, plant: PlantState): void {
    for (const each of this.#directions) {
      while (each.nextAt <= atSeconds) {
        each.lossRatio = this.#draw(each.rng);
        each.nextAt += each.rng.exponential(this.#plan.meanDays * DAY);
      }
      const before = plant.corruption[each.arc] as number;
      plant.corruption[each.arc] = 1 - (1 - before) * (1 - each.lossRatio);
    }
  }

  #draw(rng: Rng): number {
    const [low, high] = this.#plan.lossRatio as [number, number];
    const isAiling = rng.next() < this.#plan.share;
    const lossRatio = low * (high / low) ** rng.next();
    return isAiling ? lossRatio : 0;
  }
}
