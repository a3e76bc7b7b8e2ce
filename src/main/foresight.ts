import { createEvaluateJob, createForecastJob, createPredictJob, createTrainJob } from '../../jobs/predict.ts';
import { ForecastRound } from '../foresight/forecast-round.ts';
import { JudgeRound } from '../foresight/judge-round.ts';
import { ModelLoader } from '../foresight/model-loader.ts';
import { RiskRound } from '../foresight/risk-round.ts';
import { networkKeys } from '../store/keys.ts';
import type { Context } from './context.ts';
import { historyReader } from './history-role.ts';
import type { Service } from './lifecycle.ts';
import { modelRegistry } from './model-folder.ts';
import { tellModel } from './models.ts';
import { predictionPool } from './prediction-pool.ts';
import { retrain } from './retrain.ts';

/** Where there was nothing to forecast from, it is tried again so soon. */
const FORECAST_RETRY_MS = 45_000;

/** Predicts risks, forecasts, judges both by what came, and trains anew: four jobs around one engine. */
export function foresight(context: Context): Service {
  const { config, network, store, clock, redis, onError } = context;
  const pool = predictionPool(network.network);
  const history = historyReader({ config, clock, networkName: network.network.name }, store);
  const registry = modelRegistry(config);
  const deps = {
    network,
    store,
    history,
    registry,
    clock,
    run: pool.run,
    tell: (said: Parameters<typeof tellModel>[1]) => tellModel(context, said),
  };
  const models = new ModelLoader(deps);
  const base = {
    createConnection: () => redis.connect('jobs'),
    prefix: networkKeys(network.network.name).bullPrefix,
    onError,
  };
  const training = createTrainJob(base, () => retrain(context, registry));
  const rounds = {
    risk: new RiskRound(deps, models),
    forecast: new ForecastRound(deps, models),
    judge: new JudgeRound(deps, models, () => training.soon()),
  };

  const forecasts = createForecastJob(base, async () => {
    const made = await rounds.forecast.round();
    // At the first start the history is still being made up.
    if (made.series === 0) await forecasts.soon(FORECAST_RETRY_MS);
    return made;
  });
  const jobs = [
    createPredictJob(base, () => rounds.risk.round()),
    forecasts,
    createEvaluateJob(base, () => rounds.judge.round()),
    training,
  ];
  return {
    name: 'foresight',
    start: async () => {
      await pool.start();
      for (const job of jobs) await job.start();
    },
    stop: async () => {
      await Promise.all(jobs.map((job) => job.stop()));
      await pool.stop();
      await history.close();
    },
  };
}
