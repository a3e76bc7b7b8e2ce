import { arcId, DIRECTIONS } from '../../core/ids.ts';
import type { HistoryKind } from '../../store/history-record.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import { bucketsOf, figuresOf, timeRange } from '../history-answer.ts';
import { notFound } from '../problem.ts';
import { IdParams, problemResponses } from '../schemas/common.ts';
import {
  BaselineSchema,
  DeviceBaselineQuery,
  DeviceHistorySchema,
  HistoryQuery,
  LinkBaselineQuery,
  LinkHistorySchema,
} from '../schemas/history.ts';

const schema = { tags: ['history'], params: IdParams } as const;

export function historyRoutes(app: ApiServer, deps: Pick<ApiDeps, 'network' | 'history' | 'clock' | 'store'>): void {
  const { network, history, clock, store } = deps;
  const requireLink = (id: string): void => {
    if (!network.linkById.has(id)) throw notFound('link', 'id', id);
  };
  const requireDevice = (id: string): void => {
    if (!network.nodeById.has(id)) throw notFound('device', 'id', id);
  };
  const baseline = async (kind: HistoryKind, id: string, metric: string, days = '7') => {
    const toMs = clock.nowMs();
    return { id, metric, ...(await history.baseline({ kind, id, metric, days: Number(days), toMs })) };
  };

  app.get(
    '/links/:id/history',
    {
      schema: {
        ...schema,
        summary: 'What a link did, in buckets of time',
        description: 'Figures of the link and of both directions. Null is a gap: nothing was known then.',
        querystring: HistoryQuery,
        response: { 200: LinkHistorySchema, ...problemResponses },
      },
    },
    async ({ params: { id }, query }) => {
      requireLink(id);
      const range = { ...timeRange(query, clock.nowMs()), metrics: query.metrics ?? null };
      const arcs = DIRECTIONS.map((direction) => arcId(id, direction));
      const [own, both, ...expected] = await Promise.all([
        history.range({ ...range, kind: 'link', ids: [id] }),
        history.range({ ...range, kind: 'arc', ids: arcs }),
        ...arcs.map((arc) => store.predictions.forecast('arc', arc)),
      ]);
      const [az, za] = arcs.map((arc) => figuresOf(both, arc)) as [Figures, Figures];
      const forecast = { az: expected[0] ?? null, za: expected[1] ?? null };
      return { linkId: id, ...bucketsOf(own), link: figuresOf(own, id), arcs: { az, za }, forecast };
    },
  );

  app.get(
    '/devices/:id/history',
    {
      schema: {
        ...schema,
        summary: 'What a device did, in buckets of time',
        querystring: HistoryQuery,
        response: { 200: DeviceHistorySchema, ...problemResponses },
      },
    },
    async ({ params: { id }, query }) => {
      requireDevice(id);
      const range = { ...timeRange(query, clock.nowMs()), metrics: query.metrics ?? null };
      const [own, forecast] = await Promise.all([
        history.range({ ...range, kind: 'device', ids: [id] }),
        store.predictions.forecast('device', id),
      ]);
      return { deviceId: id, ...bucketsOf(own), device: figuresOf(own, id), forecast };
    },
  );

  app.get(
    '/links/:id/baseline',
    {
      schema: {
        ...schema,
        summary: 'What a figure of a link usually is, by hour of the day',
        querystring: LinkBaselineQuery,
        response: { 200: BaselineSchema, ...problemResponses },
      },
    },
    async ({ params: { id }, query: { metric, days, direction } }) => {
      requireLink(id);
      return direction === undefined
        ? baseline('link', id, metric, days)
        : baseline('arc', arcId(id, direction), metric, days);
    },
  );

  app.get(
    '/devices/:id/baseline',
    {
      schema: {
        ...schema,
        summary: 'What a figure of a device usually is, by hour of the day',
        querystring: DeviceBaselineQuery,
        response: { 200: BaselineSchema, ...problemResponses },
      },
    },
    async ({ params: { id }, query: { metric, days } }) => {
      requireDevice(id);
      return baseline('device', id, metric, days);
    },
  );
}

type Figures = ReturnType<typeof figuresOf>;
