import { type Static, Type } from 'typebox';
import { pageOf } from '../cursor.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import { deviceReadingsReader } from '../device-readings.ts';
import { deviceView, readSlow } from '../devices.ts';
import { readLinkStates } from '../link-view.ts';
import { limitOf, listResponse, sendList } from '../list-answer.ts';
import { notFound } from '../problem.ts';
import { Cursor, IdParams, Limit, NoQuery, problemResponses, Query } from '../schemas/common.ts';
import { DEVICE_STATES, DeviceViewSchema } from '../schemas/network.ts';
import { DEVICE_TABLE } from '../tables.ts';

const DeviceQuery = Query({ state: Type.Optional(Type.Enum(DEVICE_STATES)), limit: Limit, cursor: Cursor });

export function deviceRoutes(app: ApiServer, deps: ApiDeps): void {
  const { network, clock } = deps;
  const readings = deviceReadingsReader(deps);

  const list = async (query: Static<typeof DeviceQuery>, limit: number) => {
    const { state, cursor } = query;
    const [states, slow, now] = await Promise.all([readLinkStates(deps), readSlow(deps.store), readings()]);
    const news = { slow, readings: now };
    const devices = network.network.nodes.map((node) => deviceView(node, network, states, news, clock.nowMs()));
    return pageOf({
      items: devices.filter((device) => state === undefined || device.state === state),
      keyOf: (device) => ({ value: null, id: device.id }),
      descending: false,
      limit,
      cursor,
      query: { devices: state ?? null },
    });
  };

  app.get(
    '/devices',
    {
      schema: {
        tags: ['network'],
        summary: 'Routers: whether they are heard, what they tell of themselves, and the state of their links',
        querystring: DeviceQuery,
        response: { 200: listResponse(DeviceViewSchema), ...problemResponses },
      },
    },
    async (request, reply) => {
      const page = await list(request.query, limitOf(request, request.query.limit));
      return sendList(request, reply, DEVICE_TABLE, page);
    },
  );

  app.get(
    '/devices/:id',
    {
      schema: {
        tags: ['network'],
        summary: 'One router',
        params: IdParams,
        querystring: NoQuery,
        response: { 200: DeviceViewSchema, ...problemResponses },
      },
    },
    async (request) => {
      const node = network.nodeById.get(request.params.id);
      if (!node) throw notFound('device', 'id', request.params.id);
      const [states, slow, now] = await Promise.all([readLinkStates(deps), readSlow(deps.store), readings()]);
      return deviceView(node, network, states, { slow, readings: now }, clock.nowMs());
    },
  );
}
