import { createRng } from '../../../src/core/rng.ts';
import { rocArea } from '../../../src/predict/evaluation/ranking.ts';
import { rowsOf } from '../../../src/predict/feature-table.ts';
import { BOOST_DEFAULTS, type BoostSettings, boost, type Examples } from '../../../src/predict/trees/boost.ts';
import { LOGISTIC } from '../../../src/predict/trees/losses.ts';
import { marginsOf } from '../../../src/predict/trees/tree-ensemble.ts';
import { type Bench, type Measure, measure } from '../harness.ts';
import { syntheticExamples } from '../train/data.ts';
import { runXgboost } from '../train/xgboost.ts';

const TRAIN_ROWS = 200_000;
const TEST_ROWS = 100_000;
const FEATURES = 40;
const SETTINGS: BoostSettings = {
  ...BOOST_DEFAULTS,
  treeCount: 200,
  maxDepth: 6,
  learningRate: 0.1,
  rowShare: 1,
  featureShare: 1,
  minLeafWeight: 1,
  l2: 1,
};

/** Boosting 200 trees of depth 6 on 200,000 rows of 40 features, against XGBoost on one thread in the same run. */
export const bench: Bench = {
  name: 'train',
  summary: 'boosted trees on 200,000 x 40 against XGBoost on one thread: time and area under the ROC curve',
  run: async () => {
    const all = syntheticExamples(TRAIN_ROWS + TEST_ROWS, FEATURES, createRng(7));
    const [train, test] = [part(all, 0, TRAIN_ROWS), part(all, TRAIN_ROWS, TRAIN_ROWS + TEST_ROWS)];
    const own = timed(() => boost(train, LOGISTIC, SETTINGS, createRng(1)));
    const ownArea = rocArea(marginsOf(own.result, test.table), test.labels);
    const peer = runXgboost(all, TRAIN_ROWS, SETTINGS);
    const peerArea = peer === null ? Number.NaN : rocArea(peer.margins, test.labels);
    const seconds = { bench: 'train', unit: 's', better: 'lower' } as const;
    const ratio = { bench: 'train', unit: 'x', better: 'lower' } as const;
    return [
      measure({ ...seconds, metric: 'own', value: own.seconds }),
      measure({ ...seconds, metric: 'own-cpu', value: own.cpuSeconds }),
      ...(peer === null ? [] : peerTimes(peer.seconds, peer.cpuSeconds)),
      // CPU time, since other work on the machine hits one of the two more than the other.
      measure({
        ...ratio,
        metric: 'against-xgboost',
        value: own.cpuSeconds / (peer?.cpuSeconds ?? Number.NaN),
        must: 4,
        aim: 2,
      }),
      measure({ bench: 'train', metric: 'auc', value: ownArea, unit: '', better: 'higher' }),
      measure({
        bench: 'train',
        metric: 'auc-behind-xgboost',
        value: peerArea - ownArea,
        unit: '',
        better: 'lower',
        must: 0.003,
        aim: 0.001,
      }),
    ];
  },
};

function peerTimes(elapsed: number, cpu: number): Measure[] {
  const seconds = { bench: 'train', unit: 's', better: 'lower' } as const;
  return [
    measure({ ...seconds, metric: 'xgboost', value: elapsed }),
    measure({ ...seconds, metric: 'xgboost-cpu', value: cpu }),
  ];
}

function part({ table, labels }: Examples, begin: number, end: number): Examples {
  const rows = Int32Array.from({ length: end - begin }, (_, at) => begin + at);
  return { table: rowsOf(table, rows), labels: labels.slice(begin, end) };
}

function timed<T>(work: () => T): { result: T; seconds: number; cpuSeconds: number } {
  const beganMs = performance.now();
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (performance.now() - beganMs) / 1000, cpuSeconds: (user + system) / 1e6 };
}
