import { arcId, DIRECTIONS } from '../../core/ids.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import { readForecastPeaks } from '../forecast-peaks.ts';
import { readLinkState } from '../link-view.ts';
import { limitOf, listResponse, sendList } from '../list-answer.ts';
import { PREDICTION_TABLE, predictionView, queryPredictions, readPredictions } from '../predictions.ts';
import { notFound } from '../problem.ts';
import { IdParams, NoQuery, problemResponses } from '../schemas/common.ts';
import {
  DeviceForecastSchema,
  ForecastPeaksSchema,
  LinkForecastSchema,
  type PredictionQuality,
  PredictionQuery,
  PredictionViewSchema,
  QualitySchema,
} from '../schemas/predictions.ts';

const NOTHING_YET: PredictionQuality = {
  ...{ updatedAtMs: null, sinceMs: null, horizons: [], alarms: [], forecasts: [] },
  unknown: 'nothing was judged yet: predictions are compared with what came once their time has passed',
};
const NO_FORECAST = 'no forecast was made yet; they are made every few minutes, once there is an hour of history';

export function predictionRoutes(app: ApiServer, deps: ApiDeps): void {
  const { network, store, clock } = deps;
  const tags = ['predictions'];

  app.get(
    '/predictions',
    {
      schema: {
        tags,
        summary: 'How likely each link is to fail soon, the likeliest first',
        description:
          'The chance of becoming unhealthy or down, other than by planned work. Null with a reason in `unknown` ' +
          'where nothing can be said: the link is not well now, tells nothing, or no model can be used.',
        querystring: PredictionQuery,
        response: { 200: listResponse(PredictionViewSchema), ...problemResponses },
      },
    },
    async (request, reply) => {
      const query = { ...request.query, limit: limitOf(request, request.query.limit) };
      return sendList(request, reply, PREDICTION_TABLE, queryPredictions(await readPredictions(deps), query));
    },
  );

  app.get(
    '/predictions/quality',
    {
      schema: {
        tags,
        summary: 'How past predictions and forecasts came true',
        querystring: NoQuery,
        response: { 200: QualitySchema, ...problemResponses },
      },
    },
    async () => ((await store.predictions.report('quality')) as PredictionQuality | null) ?? NOTHING_YET,
  );

  app.get(
    '/links/:id/prediction',
    {
      schema: {
        tags,
        summary: 'How likely one link is to fail soon, and why',
        params: IdParams,
        querystring: NoQuery,
        response: { 200: PredictionViewSchema, ...problemResponses },
      },
    },
    async ({ params: { id } }) => {
      const link = network.linkById.get(id);
      if (!link) throw notFound('link', 'id', id);
      const [state, kept] = await Promise.all([readLinkState(deps, id), store.predictions.prediction(id)]);
      return predictionView(link, state.state, kept, clock.nowMs());
    },
  );

  app.get(
    '/links/:id/forecast',
    {
      schema: {
        tags,
        summary: 'Load and latency of a link in each of the next six hours, and the day it runs full',
        description: 'With 10, 50 and 90 % quantiles. `method` says where a rule stands in for the model, and why.',
        params: IdParams,
        querystring: NoQuery,
        response: { 200: LinkForecastSchema, ...problemResponses },
      },
    },
    async ({ params: { id } }) => {
      if (!network.linkById.has(id)) throw notFound('link', 'id', id);
      const both = DIRECTIONS.map((direction) => store.predictions.forecast('arc', arcId(id, direction)));
      const [az = null, za = null] = await Promise.all(both);
      return { linkId: id, arcs: { az, za }, unknown: az === null && za === null ? NO_FORECAST : null };
    },
  );

  app.get(
    '/forecasts/peaks',
    {
      schema: {
        tags,
        summary: 'The highest utilisation that is expected of each link in the next six hours',
        description: 'All links at once; one that has no forecast is left out. Median, both directions.',
        querystring: NoQuery,
        response: { 200: ForecastPeaksSchema, ...problemResponses },
      },
    },
    async () => readForecastPeaks(deps),
  );

  app.get(
    '/devices/:id/forecast',
    {
      schema: {
        tags,
        summary: 'CPU, memory, temperature and sessions of a router in each of the next six hours',
        params: IdParams,
        querystring: NoQuery,
        response: { 200: DeviceForecastSchema, ...problemResponses },
      },
    },
    async ({ params: { id } }) => {
      if (!network.nodeById.has(id)) throw notFound('device', 'id', id);
      const forecast = await store.predictions.forecast('device', id);
      return { deviceId: id, forecast, unknown: forecast === null ? NO_FORECAST : null };
    },
  );
}
