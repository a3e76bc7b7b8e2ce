import type { FastifyRequest } from 'fastify';
import { riskLevelOf } from '../../core/risk.ts';
import type { OpenModel } from '../../predict/live/predictor.ts';
import type { ScannedRows } from '../../predict/live/row-scanner.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import { registerOctets } from '../plugins/bodies.ts';
import { InputError } from '../problem.ts';
import { NoQuery, problemResponses } from '../schemas/common.ts';
import { MAX_ROWS, PredictAnswer, PredictBatchAnswer, PredictBatchBody, PredictBody } from '../schemas/predictions.ts';

/** A thousand rows with every feature by name, generously. */
const BATCH_LIMIT_BYTES = 16 << 20;
const description =
  'Features by name, as `/models/{id}` lists them: a number, or null where it is not known. Every feature has to be ' +
  'there; missing, unknown and wrong ones are named.';

type Deps = Pick<ApiDeps, 'predictor'>;

/** Rows with the model in whose order they are. */
interface ModelRows extends ScannedRows {
  readonly model: OpenModel;
}

/** Rows that were read straight from the body. */
const scanned = new WeakMap<FastifyRequest, ModelRows>();

/** Asks the present risk model about rows that the caller brings. */
export function predictRoutes(app: ApiServer, deps: Deps): void {
  app.register(async (own: ApiServer) => {
    readStraight(own, deps, { features: {} }, ({ scanner }, body) => scanner.one(body, 'features'));
    singleRoute(own, deps);
  });
  app.register(async (own: ApiServer) => {
    readStraight(own, deps, { rows: [{}] }, ({ scanner }, body) => scanner.many(body, 'rows', MAX_ROWS));
    batchRoute(own, deps);
  });
}

function singleRoute(app: ApiServer, { predictor }: Deps): void {
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
    async (request) => {
      const { model, values } =
        scanned.get(request) ?? rowsOf(await predictor.model(), [request.body.features], () => 'features');
      const figures = await model.ask(values);
      return { modelId: model.id, engine: model.engine, ...rowAnswer(model, (output) => figures[output] as number) };
    },
  );
}

function batchRoute(app: ApiServer, { predictor }: Deps): void {
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
    async (request) => {
      const { model, values, rowCount } =
        scanned.get(request) ?? rowsOf(await predictor.model(), request.body.rows, (row) => `rows[${row}]`);
      const figures = await model.askAll(values, rowCount);
      const rows = Array.from({ length: rowCount }, (_, row) =>
        rowAnswer(model, (output) => figures[output]?.[row] as number),
      );
      return { modelId: model.id, engine: model.engine, rows };
    },
  );
}

/** Keeps rows that `scan` can read; a body that says nothing, but has their shape, is checked in their place. */
function readStraight(
  app: ApiServer,
  { predictor }: Deps,
  standIn: object,
  scan: (model: OpenModel, body: Buffer) => ScannedRows | null,
): void {
  registerOctets(app, async (request, body) => {
    // Without a model a body is looked at all the same: what is wrong with it is said first.
    const model = await predictor.model().catch(() => null);
    const rows = model === null ? null : scan(model, body);
    if (model === null || rows === null) return null;
    scanned.set(request, { model, ...rows });
    return standIn;
  });
}

function rowsOf(model: OpenModel, rows: readonly unknown[], path: (row: number) => string): ModelRows {
  const read = model.rows.read(rows, path);
  if ('problems' in read) throw new InputError(read.problems.map(({ value, ...problem }) => ({ ...problem, value })));
  model.scanner.learn(rows[0]);
  return { model, values: read.values, rowCount: rows.length };
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
