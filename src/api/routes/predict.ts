import { riskLevelOf } from '../../core/risk.ts';
import type { OpenModel } from '../../predict/live/predictor.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import { InputError } from '../problem.ts';
import { NoQuery, problemResponses } from '../schemas/common.ts';
import { PredictAnswer, PredictBatchAnswer, PredictBatchBody, PredictBody } from '../schemas/predictions.ts';

/** A thousand rows with every feature by name, generously. */
const BATCH_LIMIT_BYTES = 16 << 20;
const description =
  'Features by name, as `/models/{id}` lists them: a number, or null where it is not known. Every feature has to be ' +
  'there; missing, unknown and wrong ones are named.';

/** Asks the present risk model about rows that the caller brings. */
export function predictRoutes(app: ApiServer, { predictor }: Pick<ApiDeps, 'predictor'>): void {
  app.post(
    '/predict',
    {
      schema: {
        tags: ['predictions'],
        summary: 'The risk that the present model sees in one row of features',
        description,
        querystring: NoQuery,
        body: PredictBody,
        response: { 200: PredictAnswer, ...problemResponses },
      },
    },
    async ({ body }) => {
      const model = await predictor.model();
      const row = valuesOf(model, [body.features], () => 'features');
      const figures = await model.ask(row);
      return { modelId: model.id, engine: model.engine, ...rowAnswer(model, (output) => figures[output] as number) };
    },
  );

  app.post(
    '/predict/batch',
    {
      bodyLimit: BATCH_LIMIT_BYTES,
      schema: {
        tags: ['predictions'],
        summary: 'The risks that the present model sees in up to 1,000 rows of features',
        description,
        querystring: NoQuery,
        body: PredictBatchBody,
        response: { 200: PredictBatchAnswer, ...problemResponses },
      },
    },
    async ({ body: { rows } }) => {
      const model = await predictor.model();
      const values = valuesOf(model, rows, (row) => `rows[${row}]`);
      const figures = await model.askAll(values, rows.length);
      const answers = rows.map((_, row) => rowAnswer(model, (output) => figures[output]?.[row] as number));
      return { modelId: model.id, engine: model.engine, rows: answers };
    },
  );
}

function valuesOf(model: OpenModel, rows: readonly unknown[], path: (row: number) => string): Float32Array {
  const read = model.rows.read(rows, path);
  if ('values' in read) return read.values;
  throw new InputError(read.problems.map(({ value, ...problem }) => ({ ...problem, value })));
}

function rowAnswer({ horizons }: OpenModel, of: (output: number) => number) {
  // What happens within an hour happens within six: a longer horizon never has the smaller chance.
  let probability = 0;
  const risks = horizons.map(({ horizonMs }, output) => {
    probability = Math.max(probability, of(output));
    return { horizonMs, probability };
  });
  return { risks, level: riskLevelOf(risks.at(-1)?.probability ?? 0) };
}
