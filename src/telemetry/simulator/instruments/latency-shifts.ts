import type { Rng } from '../../../core/rng.ts';
import type { LinkTable, PlantState } from '../plant.ts';
import type { Scenario } from '../scenario-schema.ts';

const DAY = 86_400;
type ShiftPlan = NonNullable<Scenario['plant']['latencyShifts']>;

interface Way {
  readonly rng: Rng;
  /** Of the way it takes now, one way, on top of its usual. */
  extraMs: number;
  nextAt: number;
}

/**
 * Links change their way now and then, below what a router sees: to a longer one and back again. Each change, there and
 * back, moves the round trip by a lognormal size.
 */
export class LatencyShifts {
  readonly #plan: ShiftPlan;
  readonly #links: LinkTable;
  readonly #ways: readonly Way[];

  constructor(plan: ShiftPlan, links: LinkTable, rng: Rng) {
    this.#plan = plan;
    this.#links = links;
    this.#ways = links.ids.map((id) => {
      const own = rng.fork(id);
      return { rng: own, extraMs: 0, nextAt: own.exponential(DAY / plan.perDay) };
    });
  }

  apply(atSeconds: number, plant: PlantState): void {
    this.#ways.forEach((way, link) => {
      while (way.nextAt <= atSeconds) this.#shift(way);
      if (way.extraMs === 0) return;
      for (const arc of this.#links.arcs[link] as readonly [number, number]) {
        plant.extraLatencyMs[arc] = (plant.extraLatencyMs[arc] as number) + way.extraMs;
      }
    });
  }

  #shift(way: Way): void {
    const { perDay, medianMs, sigma, maxMs } = this.#plan;
    way.nextAt += way.rng.exponential(DAY / perDay);
    const sizeMs = Math.min(maxMs, medianMs * Math.exp(sigma * way.rng.normal()));
    way.extraMs = way.extraMs === 0 ? sizeMs / 2 : 0;
  }
}
