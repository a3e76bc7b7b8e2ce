import { createRng } from '../../../src/core/rng.ts';
import { DatasetBuilder, joinDatasets, type RiskDataset } from '../../../src/predict/risk/dataset.ts';
import { loadScenario } from '../../../src/telemetry/simulator/scenario.ts';
import type { Scenario } from '../../../src/telemetry/simulator/scenario-schema.ts';
import { generateBackbone } from '../../../topology/generate/index.ts';
import type { Network } from '../../../topology/model.ts';
import { runWorld, type WorldPlan } from './worlds.ts';

/** Of rows without a failure one in so many is learnt from. */
const KEEP_ONE_IN = 40;
const LEARN_STEP_MINUTES = 20;
export const TEST_STEP_MINUTES = 10;
const LEARN_ROUTERS = 40;

/**
 * What is learnt from: backbones of 40 routers, each seed a network and dice of its own. Members learn where failures
 * are three times as frequent as in the sealed scenario, which saves two thirds of the days; weights and calibration
 * come from other networks at the sealed rate.
 */
export interface LearningPlan {
  readonly members: readonly number[];
  readonly calibration: readonly number[];
  readonly days: number;
}

export const LEARNING: LearningPlan = { members: [11, 12, 13], calibration: [21, 22, 23], days: 40 };
/** Of the leak tests, which learn anew. */
export const SMALL_LEARNING: LearningPlan = { members: [11, 12], calibration: [21, 22], days: 30 };
const MORE_FAILURES = 3;

export interface Learnt {
  readonly dataset: RiskDataset;
  readonly calibrationWorlds: readonly number[];
}

/** Rows to learn from, of a scenario. */
export async function learningRows(
  name: string,
  plan: LearningPlan,
  onWorld: (told: string) => void = () => {},
): Promise<Learnt> {
  const scenario = await loadScenario(name);
  const rowsOf = (seeds: readonly number[], rateFactor: number) => {
    const builder = new DatasetBuilder(KEEP_ONE_IN, createRng(seeds[0] as number));
    for (const seed of seeds) {
      const network = generateBackbone({ routers: LEARN_ROUTERS, seed, name: `backbone-${LEARN_ROUTERS}-${seed}` });
      const world = { network, scenario: faster(scenario, rateFactor), seed, days: plan.days };
      const { labeller } = runWorld({ ...world, stepMinutes: LEARN_STEP_MINUTES }, (moment) =>
        builder.add(moment, seed),
      );
      onWorld(`${network.name}: ${labeller.failures.length} failures`);
    }
    return builder.dataset();
  };
  const dataset = joinDatasets([rowsOf(plan.members, MORE_FAILURES), rowsOf(plan.calibration, 1)]);
  return { dataset, calibrationWorlds: plan.calibration };
}

function faster(scenario: Scenario, rateFactor: number): Scenario {
  const { failures } = scenario;
  return failures === undefined ? scenario : { ...scenario, failures: { ...failures, rateFactor } };
}

/** Worlds that nothing is learnt from: other networks, of other sizes, with other dice. */
export async function testWorlds(scenario: string, full: boolean): Promise<WorldPlan[]> {
  const rest = { scenario: await loadScenario(scenario), stepMinutes: TEST_STEP_MINUTES };
  const generated = (routers: number, seed: number): Network =>
    generateBackbone({ routers, seed, name: `backbone-${routers}-${seed}` });
  const [routers, seed, days] = full ? ([100, 42, 30] as const) : ([60, 43, 10] as const);
  return [{ ...rest, network: generated(routers, seed), seed, days }];
}
