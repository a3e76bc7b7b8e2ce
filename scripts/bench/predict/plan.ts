import { createRng } from '../../../src/core/rng.ts';
import { DatasetBuilder, joinDatasets, type RiskDataset } from '../../../src/predict/risk/dataset.ts';
import { loadScenario } from '../../../src/telemetry/simulator/scenario.ts';
import type { Scenario } from '../../../src/telemetry/simulator/scenario-schema.ts';
import { generateBackbone } from '../../../topology/generate/index.ts';
import { cachedRows } from './row-cache.ts';
import { runWorld, type WorldPlan } from './worlds.ts';

/** Of calm rows without a failure one in so many is learnt from. */
const KEEP_ONE_IN = 40;
const LEARN_STEP_MINUTES = 20;
export const TEST_STEP_MINUTES = 10;
export const LEARN_ROUTERS = 40;

/** Networks with dice of their own, by number, and how often what fails in them. */
export interface LearningPart {
  readonly seeds: readonly number[];
  readonly days: number;
  /** Failures are so many times as frequent as in the scenario. */
  readonly rateFactor: number;
}

/**
 * What is learnt from: backbones of 40 routers, each seed a network and dice of its own, in which failures are frequent, so
 * that a day shows many. Some teach the members, some say when to stop, some weigh and calibrate; calm rows count so many
 * times more that the chances are those of the sealed rate.
 */
export interface LearningPlan {
  readonly members: LearningPart;
  readonly stopping: LearningPart;
  readonly calibration: LearningPart;
}

const seeds = (first: number, count: number) => Array.from({ length: count }, (_, at) => first + at);

export const LEARNING: LearningPlan = {
  members: { seeds: seeds(1000, 52), days: 12, rateFactor: 8 },
  stopping: { seeds: seeds(1900, 3), days: 12, rateFactor: 8 },
  calibration: { seeds: seeds(1910, 6), days: 12, rateFactor: 8 },
};
/** Of the leak tests, which learn anew. */
export const SMALL_LEARNING: LearningPlan = {
  members: { seeds: seeds(1000, 8), days: 12, rateFactor: 8 },
  stopping: { seeds: seeds(1900, 2), days: 12, rateFactor: 8 },
  calibration: { seeds: seeds(1910, 2), days: 12, rateFactor: 8 },
};

export interface Learnt {
  readonly dataset: RiskDataset;
  readonly calibrationWorlds: readonly number[];
  readonly stoppingWorlds: readonly number[];
}

/** Rows to learn from, of a scenario. */
export async function learningRows(
  name: string,
  plan: LearningPlan,
  onWorld: (told: string) => void = () => {},
): Promise<Learnt> {
  const scenario = await loadScenario(name);
  const parts = [plan.members, plan.stopping, plan.calibration].flatMap((part) =>
    part.seeds.map((seed) => {
      const rows = rowsOf(scenario, seed, part);
      onWorld(`backbone-${LEARN_ROUTERS}-${seed}, ${name}: ${rows.table.rowCount} rows`);
      return rows;
    }),
  );
  return {
    dataset: joinDatasets(parts),
    calibrationWorlds: plan.calibration.seeds,
    stoppingWorlds: plan.stopping.seeds,
  };
}

function rowsOf(sealed: Scenario, seed: number, { days, rateFactor }: LearningPart): RiskDataset {
  const scenario = forLearning(sealed, rateFactor);
  return cachedRows({ scenario, seed, days, LEARN_ROUTERS, KEEP_ONE_IN, LEARN_STEP_MINUTES }, () => {
    const network = generateBackbone({ routers: LEARN_ROUTERS, seed, name: `backbone-${LEARN_ROUTERS}-${seed}` });
    const builder = new DatasetBuilder({ keepOneIn: KEEP_ONE_IN, rateFactor }, createRng(seed));
    const world = { network, scenario, seed, days, stepMinutes: LEARN_STEP_MINUTES };
    runWorld(world, (moment) => builder.add(moment, seed));
    return builder.dataset();
  });
}

/** Repairs that take longer than this teach nothing: a link that is down has no rows. */
const SHORT_REPAIRS_HOURS = [0.3, 3];
/** Enough for loads that move; nothing in these worlds fails by its load. */
const FEW_DEMANDS = 300;

/** The same world with more failures, sooner repaired, and loads made up of fewer demands, which cost less to compute. */
function forLearning(scenario: Scenario, rateFactor: number): Scenario {
  const { failures, traffic } = scenario;
  const repairHours = rateFactor > 1 ? SHORT_REPAIRS_HOURS : failures?.repairHours;
  return {
    ...scenario,
    traffic: { ...traffic, largestDemands: FEW_DEMANDS },
    ...(failures === undefined ? {} : { failures: { ...failures, rateFactor, repairHours: repairHours as number[] } }),
  };
}

/**
 * Routers, seed of network and dice, and days of the worlds that nothing is learnt from. Settings and features are chosen on
 * those for validation, which are in no table.
 */
const TEST_WORLDS = {
  validation: [
    [60, 3001, 30],
    [60, 3002, 30],
    [60, 3003, 30],
    [60, 3004, 30],
  ],
  full: [
    [100, 42, 30],
    [60, 45, 30],
    // Two networks have too few failures with a precursor to tell a good model from a lucky one.
    [100, 46, 30],
    [60, 47, 30],
    [60, 48, 30],
    [60, 49, 30],
  ],
  quick: [[60, 43, 10]],
} as const;
export type TestSize = keyof typeof TEST_WORLDS;

/** Worlds that nothing is learnt from: other networks, of other sizes, with other dice. */
export async function testWorlds(name: string, size: TestSize): Promise<WorldPlan[]> {
  const scenario = await loadScenario(name);
  return TEST_WORLDS[size].map(([routers, seed, days]) => ({
    ...{ scenario, seed, days, stepMinutes: TEST_STEP_MINUTES },
    network: generateBackbone({ routers, seed, name: `backbone-${routers}-${seed}` }),
  }));
}

/** Other near misses than the scenario has: how many for each failure that is announced, and which of them stop at once. */
export type NearMisses = Pick<NonNullable<Scenario['failures']>, 'nearMissRatio' | 'nearMissAbruptShare'>;

/** The first two of the large test worlds with the same failures, but other trouble that comes to nothing. */
export async function testWorldsWith(name: string, nearMisses: Partial<NearMisses>): Promise<WorldPlan[]> {
  return (await testWorlds(name, 'full')).slice(0, 2).map((plan) => {
    const { failures } = plan.scenario;
    if (failures === undefined) return plan;
    return { ...plan, scenario: { ...plan.scenario, failures: { ...failures, ...nearMisses } } };
  });
}
