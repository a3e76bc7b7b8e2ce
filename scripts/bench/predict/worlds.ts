import { COLLECTOR_DEFAULTS, RiskCollector, type RiskMoment } from '../../../src/predict/risk/collector.ts';
import type { Labeller } from '../../../src/predict/risk/labels.ts';
import type { FailureTruth } from '../../../src/telemetry/simulator/offline/day.ts';
import { runOffline } from '../../../src/telemetry/simulator/offline/run.ts';
import type { Scenario } from '../../../src/telemetry/simulator/scenario-schema.ts';
import type { Network } from '../../../topology/model.ts';

const DAY_MS = 86_400_000;
/** A Monday. */
export const START_MS = Date.UTC(2026, 0, 5);

/** A run of the offline simulator: which network, what goes wrong, which dice. */
export interface WorldPlan {
  readonly network: Network;
  readonly scenario: Scenario;
  readonly seed: number;
  readonly days: number;
  /** Minutes from one moment to the next. */
  readonly stepMinutes: number;
}

export interface World {
  readonly labeller: Labeller;
  /** What really happened: for judging, never seen by features or labels. */
  readonly truth: readonly FailureTruth[];
}

/** Runs a world day by day and shows every moment of it; nothing of it is kept but states and truth. */
export function runWorld(
  { network, scenario, seed, days, stepMinutes }: WorldPlan,
  visit: (moment: RiskMoment) => void,
): World {
  const range = { network, fromMs: START_MS, toMs: START_MS + days * DAY_MS };
  const collector = new RiskCollector({ ...range, ...COLLECTOR_DEFAULTS, stepMinutes }, visit);
  const truth: FailureTruth[] = [];
  for (const day of runOffline({ demands: null, network, scenario, seed, days, startMs: START_MS })) {
    for (const series of day.series) collector.add(series);
    truth.push(...day.truth);
  }
  return { labeller: collector.finish(), truth };
}

/** Minutes by which the state of a link may lag behind what happened to it. */
const LAG_MINUTES = 3;

/**
 * When the precursor of a failure began, by the truth, in minutes of the timeline; null where the failure came out of
 * the blue, or is a consequence of another one.
 */
export function precursorsOf({ labeller, truth }: World): (link: number, onset: number) => number | null {
  const { timeline } = labeller;
  const byLink = new Map<string, FailureTruth[]>();
  for (const each of truth) {
    if (!each.isFailure || each.planned) continue;
    for (const link of each.links) byLink.set(link, [...(byLink.get(link) ?? []), each]);
  }
  return (link, onset) => {
    const near = (byLink.get(timeline.linkIds[link] as string) ?? []).find(({ onsetMs }) => {
      const lag = onset - timeline.minuteOf(onsetMs);
      return lag >= -LAG_MINUTES && lag <= LAG_MINUTES;
    });
    return near?.precursorFromMs == null ? null : timeline.minuteOf(near.precursorFromMs);
  };
}
