import type { FastifyRequest } from 'fastify';
import { MAX_AHEAD_MS } from '../../core/clock.ts';
import type { OpenModel } from '../../predict/live/predictor.ts';
import type { ScannedRows } from '../../predict/live/row-scanner.ts';
import { rateRisk } from '../../predict/live/told-risk.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import { registerOctets } from '../plugins/bodies.ts';
import { InputError, inputError } from '../problem.ts';
import { NoQuery, problemResponses } from '../schemas/common.ts';
import {
  MAX_ROWS,
  PredictAnswer,
  PredictBatchAnswer,
  PredictBatchBody,
  PredictBody,
  type RowAnswer,
} from '../schemas/predictions.ts';

/** A thousand rows with every feature by name, generously. */
const BATCH_LIMIT_BYTES = 16 << 20;
const description =
  'Features by name, as `/models/{id}` lists them: a number, or null where it is not known. Every feature has to be ' +
  'there; missing, unknown and wrong ones are named. `explain` adds what speaks for trouble, and what to do.';

type Deps = Pick<ApiDeps, 'predictor' | 'clock'>;

/**
 * A serializer that is made from a schema validates whatever may be null before it writes it, which takes longer than
 * predicting does. Nothing has to be left out of these answers.
 */
const serializerCompiler = () => (answer: unknown) => JSON.stringify(answer);

/** Rows with the model in whose order they are. */
interface ModelRows extends Pick<ScannedRows, 'values' | 'rowCount'> {
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

function singleRoute(app: ApiServer, { predictor, clock }: Deps): void {
  app.post(
    '/predict',
    {
      serializerCompiler,
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
      const { features, atMs = null, explain = true } = request.body;
      const { model, values } = scanned.get(request) ?? rowsOf(await predictor.model(), [features], () => 'features');
      const age = ageOf(atMs, clock.nowMs(), 'atMs');
      const chances = Array.from(await model.ask(values));
      const { id: modelId, engine, tell } = model;
      return Object.assign({ modelId, engine }, explain ? tell(chances, values, 0) : rateRisk(chances), age);
    },
  );
}

function batchRoute(app: ApiServer, { predictor, clock }: Deps): void {
  app.post(
    '/predict/batch',
    {
      bodyLimit: BATCH_LIMIT_BYTES,
      serializerCompiler,
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
      const { rows, atMs = null, explain = false } = request.body;
      const { model, values, rowCount } =
        scanned.get(request) ?? rowsOf(await predictor.model(), rows, (row) => `rows[${row}]`);
      const ages = agesOf(atMs, rowCount, clock.nowMs());
      const figures = await model.askAll(values, rowCount);
      const {
        id: modelId,
        engine,
        tell,
        rows: { names },
      } = model;
      const answers = ages.map((age, row) => {
        const chances = figures.map((column) => column[row] as number);
        // Spread, a thousand rows take two milliseconds more.
        return Object.assign(explain ? tell(chances, values, row * names.length) : rateRisk(chances), age);
      });
      return { modelId, engine, rows: answers };
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
    const { values, rowCount, rest } = rows;
    scanned.set(request, { model, values, rowCount });
    return { ...standIn, ...rest };
  });
}

function rowsOf(model: OpenModel, rows: readonly unknown[], path: (row: number) => string): ModelRows {
  const read = model.rows.read(rows, path);
  if ('problems' in read) throw new InputError(read.problems.map(({ value, ...problem }) => ({ ...problem, value })));
  model.scanner.learn(rows[0]);
  return { model, values: read.values, rowCount: rows.length };
}

type Age = Pick<RowAnswer, 'atMs' | 'dataAgeMs' | 'dataAgeUnknown'>;

const NO_AGE: Age = { atMs: null, dataAgeMs: null, dataAgeUnknown: 'the request does not say when the row was made' };

function agesOf(atMs: number | null | readonly (number | null)[], rowCount: number, nowMs: number): Age[] {
  if (atMs === null || typeof atMs === 'number') return new Array<Age>(rowCount).fill(ageOf(atMs, nowMs, 'atMs'));
  if (atMs.length === rowCount) return atMs.map((own, row) => ageOf(own, nowMs, `atMs[${row}]`));
  throw inputError('atMs', `must have one time for each of the ${rowCount} rows`, atMs.length);
}

/** How old a row is. @throws InputError CLOCK_SKEW where it is of the future */
function ageOf(atMs: number | null, nowMs: number, field: string): Age {
  if (atMs === null) return NO_AGE;
  if (atMs <= nowMs + MAX_AHEAD_MS) return { atMs, dataAgeMs: Math.max(0, nowMs - atMs), dataAgeUnknown: null };
  const message = `must not be more than ${MAX_AHEAD_MS / 1000} s ahead of Detour's clock (${nowMs})`;
  throw new InputError([{ field, message, value: atMs }], 'CLOCK_SKEW');
}
