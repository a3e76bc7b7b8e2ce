import type { LinkTable, PlantState } from '../plant.ts';
import { applyFailure } from './effects.ts';
import { endOf, type Failure, startOf } from './failure.ts';
import type { FailureSchedule } from './schedule.ts';

/** Nothing begins longer before it is drawn: the longest announcement, and the day within which maintenance is moved. */
const AHEAD_SECONDS = 8 * 86_400;

/** Walks through a schedule: what is going on at a time, and what begins to be unhealthy or is repaired. */
export class ActiveFailures {
  readonly #schedule: FailureSchedule;
  readonly #links: LinkTable;
  #waiting: Failure[] = [];
  #going: Failure[] = [];

  constructor(schedule: FailureSchedule, links: LinkTable) {
    this.#schedule = schedule;
    this.#links = links;
  }

  /** Puts everything that goes on in `[atSeconds, atSeconds + dtSeconds)` into the state; answers what began. */
  advance(atSeconds: number, dtSeconds: number, state: PlantState): Failure[] {
    const untilSeconds = atSeconds + dtSeconds;
    const drawn = this.#schedule.drawUntil(untilSeconds + AHEAD_SECONDS);
    if (drawn.length > 0) this.#waiting = [...this.#waiting, ...drawn].sort((x, y) => startOf(x) - startOf(y));
    const begun: Failure[] = [];
    while (this.#waiting[0] !== undefined && startOf(this.#waiting[0]) < untilSeconds) {
      const failure = this.#waiting.shift() as Failure;
      // What was over before the run began concerns nobody.
      if (endOf(failure) <= atSeconds) continue;
      begun.push(failure);
      this.#going.push(failure);
    }
    this.#going = this.#going.filter((failure) => endOf(failure) > atSeconds);
    // What falls into the step holds for all of it: nothing is too short to be seen.
    for (const failure of this.#going) {
      const isOnset = failure.onsetAt >= atSeconds && failure.onsetAt < untilSeconds;
      applyFailure(failure, isOnset ? failure.onsetAt : atSeconds, this.#links, state);
    }
    return begun;
  }
}
