import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PACKAGE_ROOT } from '../src/core/paths.ts';
import { ModelRegistry } from '../src/predict/registry/registry.ts';
import type { RiskReport } from '../src/predict/risk/report.ts';
import { RISK_TRAIN_DEFAULTS } from '../src/predict/risk/train.ts';
import { saveRisk } from '../src/predict/training/save.ts';
import { LEARN_ROUTERS, LEARNING, type LearningPart, learningRows, testWorlds } from './bench/predict/plan.ts';
import { learnFrom, tryIn } from './bench/predict/risk-measures.ts';
import { START_MS } from './bench/predict/worlds.ts';

const DAY_MS = 86_400_000;
const SCENARIO = 'calibrated';
const COMMAND = 'npx tsx scripts/train-risk.ts --into FOLDER';

/**
 * Makes the risk model that ships, with its card: learns from simulated networks, is tried on others. `--validate` only tells
 * how it does on the networks that settings are chosen on.
 */
async function main(): Promise<void> {
  const options = { into: { type: 'string' }, validate: { type: 'boolean' } } as const;
  const { into = 'src/predict/shipped', validate = false } = parseArgs({ options }).values;
  const learnt = await learningRows(SCENARIO, LEARNING, say);
  say(`${learnt.dataset.table.rowCount} rows to learn from`);
  const model = learnFrom(learnt);
  if (validate) return sayReport(tryIn(model, await testWorlds(SCENARIO, 'validation')));
  const tests = await testWorlds(SCENARIO, 'full');
  const report = tryIn(model, tests);
  const registry = new ModelRegistry({
    folder: resolve(PACKAGE_ROOT, into),
    shippedFolder: resolve(PACKAGE_ROOT, into),
  });
  const longest = learnt.dataset.within.at(-1) as Float32Array;
  const trained = {
    model,
    rows: learnt.dataset.table.rowCount,
    positives: longest.filter((label) => label === 1).length,
  };
  const card = saveRisk(registry, trained, report, {
    learnt: [partOf(LEARNING.members), partOf(LEARNING.stopping), partOf(LEARNING.calibration)],
    tested: tests.map(({ network, seed, days }) => worldOf(`${network.name}, ${SCENARIO}, seed ${seed}`, days)),
    nowMs: Date.now(),
    seed: RISK_TRAIN_DEFAULTS.seed,
    command: COMMAND,
    gitCommit: execFileSync('git', ['rev-parse', 'HEAD'], { cwd: PACKAGE_ROOT, encoding: 'utf8' }).trim(),
  });
  say(`${card.id} is in ${into}`);
}

/** What a card tells of the worlds of one part of the plan, which are all of a kind. */
function partOf({ seeds, days, rateFactor }: LearningPart): ReturnType<typeof worldOf> {
  const [first, last] = [seeds[0] as number, seeds.at(-1) as number];
  const more = rateFactor === 1 ? '' : `, ${rateFactor} times the failures`;
  return worldOf(`backbones of ${LEARN_ROUTERS} routers, ${SCENARIO}, seeds ${first} to ${last}${more}`, days);
}

/** What a card tells of a world. */
function worldOf(name: string, days: number): Parameters<typeof saveRisk>[3]['learnt'][number] {
  const network = { name, nodes: [], links: [], srlgs: [] };
  return { name, network, fromMs: START_MS, toMs: START_MS + days * DAY_MS, blocks: () => [] };
}

function sayReport({ scorers, precursors, horizons }: RiskReport): void {
  say(JSON.stringify({ scorers, precursors, horizons: horizons.map(({ bins, ...each }) => each) }, null, 1));
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

await main();
