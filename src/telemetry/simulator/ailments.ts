import type { Network } from '../../../topology/model.ts';
import type { Rng } from '../../core/rng.ts';
import type { CompiledGraph } from '../../twin/compiled.ts';
import { ActiveFailures } from './failures/active.ts';
import type { Failure } from './failures/failure.ts';
import { FailureSchedule } from './failures/schedule.ts';
import { BackgroundCorruption } from './instruments/background.ts';
import { LatencyShifts } from './instruments/latency-shifts.ts';
import { type Medium, mediumOf } from './instruments/optics.ts';
import type { LinkTable, PlantState } from './plant.ts';
import { solarHours } from './rhythm.ts';
import type { Scenario } from './scenario-schema.ts';

/**
 * What ails links over months, as far as the scenario has it: failures by their own rates, changes of way, corruption
 * all the time. Nothing here looks at traffic.
 */
export class Ailments {
  readonly #failures: ActiveFailures | null;
  readonly #shifts: LatencyShifts | null;
  readonly #background: BackgroundCorruption | null;

  constructor(
    network: Network,
    graph: CompiledGraph,
    links: LinkTable,
    scenario: Scenario,
    rng: Rng,
    originMs: number,
  ) {
    const { latencyShifts, background } = scenario.plant;
    const media = network.links.map((link) => mediumOf(link, scenario.optics));
    this.#shifts = latencyShifts ? new LatencyShifts(latencyShifts, links, rng.fork('shifts')) : null;
    this.#background = background ? new BackgroundCorruption(background, links, media, rng.fork('background')) : null;
    const schedule = failureSchedule(graph, links, scenario, media, rng, solarHours(network, graph, null, originMs));
    this.#failures = schedule ? new ActiveFailures(schedule, links) : null;
  }

  /** Puts what ails links in `[atSeconds, atSeconds + dtSeconds)` into the state; answers what began to. */
  advance(atSeconds: number, dtSeconds: number, plant: PlantState): Failure[] {
    this.#shifts?.apply(atSeconds, plant);
    this.#background?.apply(atSeconds, plant);
    return this.#failures?.advance(atSeconds, dtSeconds, plant) ?? [];
  }
}

/** The failures of a scenario; null where it has none. `solarHours` is the time at each node in second 0. */
export function failureSchedule(
  graph: Pick<CompiledGraph, 'nodeIds'>,
  links: LinkTable,
  { failures }: Scenario,
  media: readonly Medium[],
  rng: Rng,
  solarHours: Float64Array,
): FailureSchedule | null {
  if (!failures) return null;
  return new FailureSchedule({
    plan: failures,
    links,
    nodeIds: graph.nodeIds,
    solarHours,
    isCoherent: (link) => media[link] === 'coherent',
    rng: rng.fork('failures'),
  });
}
