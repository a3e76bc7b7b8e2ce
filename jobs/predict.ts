import { createPeriodicJob, type PeriodicJob, type PeriodicJobOptions } from './periodic.ts';
import { QUEUES } from './queues.ts';

type Base = Pick<PeriodicJobOptions, 'createConnection' | 'prefix' | 'onError'>;
type Run = PeriodicJobOptions['run'];

const MINUTE_MS = 60_000;

/** Risks of all links every minute. */
export function createPredictJob(base: Base, run: Run): PeriodicJob {
  return expendable({ ...base, queue: QUEUES.predict, everyMs: MINUTE_MS, lockMs: 2 * MINUTE_MS, run });
}

/** Forecasts of all links and devices every five minutes: half a step of the series they are made from. */
export function createForecastJob(base: Base, run: Run): PeriodicJob {
  return expendable({ ...base, queue: QUEUES.forecast, everyMs: 5 * MINUTE_MS, lockMs: 3 * MINUTE_MS, run });
}

/** What was said is compared with what came, every five minutes; drift is looked for with it. */
export function createEvaluateJob(base: Base, run: Run): PeriodicJob {
  return expendable({ ...base, queue: QUEUES.evaluate, everyMs: 5 * MINUTE_MS, lockMs: 3 * MINUTE_MS, run });
}

/** New models from the history, every week, or soon after drift was found. */
export function createTrainJob(base: Base, run: Run): PeriodicJob {
  return expendable({
    ...base,
    queue: QUEUES.train,
    everyMs: 7 * 24 * 60 * MINUTE_MS,
    lockMs: 30 * MINUTE_MS,
    run,
  });
}

/** What these jobs find out they find out again: nobody waits for them to stop the service. */
function expendable(options: PeriodicJobOptions): PeriodicJob {
  return createPeriodicJob({ ...options, isExpendable: true });
}
