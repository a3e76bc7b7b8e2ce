import { randomBytes } from 'node:crypto';
import type { NetworkIndex } from '../../../topology/model.ts';
import { DetourError } from '../../core/errors.ts';
import type { Ask } from '../../reroute/apply.ts';
import {
  drainedLinks,
  drainFor,
  drainNow,
  MAX_DRAINED,
  type Maintenance,
  maintenanceState,
  readMaintenance,
} from '../../reroute/maintenance.ts';
import type { ProposalBrief } from '../../reroute/proposal.ts';
import { WhatIfSchema } from '../../reroute/what-if.ts';
import type { Written } from '../../store/store.ts';
import { askOf, controlAudit, once, onceMade, REPEATED } from '../asking.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import { inputError, notFound } from '../problem.ts';
import { makeRoom } from '../room.ts';
import { IdParams, List, NoQuery, problemResponses } from '../schemas/common.ts';
import {
  MaintenanceBody,
  MaintenancePreviewBody,
  type MaintenanceView,
  MaintenanceViewSchema,
  ReasonBody,
} from '../schemas/control.ts';
import { requireWindow } from '../time-window.ts';

const TOP_ARCS = 20;
const PREVIEWS_PER_MINUTE = 30;
const MAX_WINDOWS = 1000;

interface Targets {
  readonly links?: string[];
  readonly nodes?: string[];
  readonly srlgs?: string[];
}

export function maintenanceRoutes(app: ApiServer, deps: ApiDeps): void {
  const { store, clock, network } = deps;

  const views = async (windows: readonly Maintenance[]): Promise<MaintenanceView[]> => {
    const briefs = await store.plans.briefs('open');
    const nowMs = clock.nowMs();
    const isOf = (brief: ProposalBrief, window: Maintenance): boolean =>
      drainFor(brief, [window]) !== null || drainNow(brief, [window], nowMs) !== null;
    return windows.map((window) => ({
      ...window,
      state: maintenanceState(window, nowMs),
      proposals: briefs.filter((brief) => isOf(brief, window)).map(({ id }) => id),
    }));
  };
  const view = async (id: string): Promise<MaintenanceView> => {
    const [found] = await views((await readMaintenance(store)).filter((window) => window.id === id));
    if (!found) throw notFound('maintenance', 'id', id);
    return found;
  };

  app.get(
    '/maintenance',
    {
      schema: {
        tags: ['control'],
        summary: 'Maintenance windows, newest first',
        querystring: NoQuery,
        response: { 200: List(MaintenanceViewSchema), ...problemResponses },
      },
    },
    async () => {
      const windows = (await readMaintenance(store)).sort((x, y) => y.fromMs - x.fromMs || (x.id < y.id ? -1 : 1));
      return { items: await views(windows), next: null };
    },
  );

  app.post(
    '/maintenance/preview',
    {
      config: { rateLimit: { max: PREVIEWS_PER_MINUTE, timeWindow: '1 minute' } },
      schema: {
        tags: ['control'],
        summary: 'What a drain would do if it began now: where traffic would go, what would be left',
        querystring: NoQuery,
        body: MaintenancePreviewBody,
        response: { 200: WhatIfSchema, ...problemResponses },
      },
    },
    async ({ body }) => deps.whatIf({ drain: drainsOf(network, body) }, TOP_ARCS),
  );

  app.post(
    '/maintenance',
    {
      schema: {
        tags: ['control'],
        summary: 'Plan a drain of links, nodes or shared-risk groups; it begins and ends by itself',
        description:
          'Whoever plans it approves its moves. The kill switch and freeze windows hold it back all the same.',
        querystring: NoQuery,
        body: MaintenanceBody,
        response: { 201: MaintenanceViewSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { fromMs, toMs, reason, links = [], nodes = [], srlgs = [] } = request.body;
      const ask = askOf(request, reason);
      const atMs = clock.nowMs();
      const drains = drainsOf(network, { links, nodes, srlgs });
      requireWindow({ fromMs, toMs });
      if (toMs <= atMs) throw inputError('toMs', 'must be later than now', toMs);
      const make = async (): Promise<MaintenanceView | typeof REPEATED> => {
        const window: Maintenance = {
          ...{ id: randomBytes(6).toString('hex'), links, nodes, srlgs, drains, reason },
          ...{ toMs, fromMs: Math.max(fromMs, atMs), by: ask.by.name, createdAtMs: atMs, cancelledAtMs: null },
        };
        const written = await write(window, ask, await roomFor(atMs));
        return written === 'repeated' ? REPEATED : view(window.id);
      };
      const made = await onceMade(store, ask, 'plan maintenance', make, view);
      return reply.code(201).send(made);
    },
  );

  /** Windows that are over and drain nothing any more make room for new ones. */
  const roomFor = async (nowMs: number): Promise<string[]> => {
    const windows = await views(await readMaintenance(store));
    const ended = windows
      .filter(({ state, proposals }) => (state === 'over' || state === 'cancelled') && proposals.length === 0)
      .map(({ id, toMs, cancelledAtMs }) => ({ id, endedAtMs: Math.min(cancelledAtMs ?? toMs, nowMs) }));
    return makeRoom({ total: windows.length, max: MAX_WINDOWS, what: 'maintenance windows' }, ended);
  };
  const write = (value: Maintenance, ask: Ask, forget: string[]): Promise<Written> => {
    const { id, fromMs, toMs, createdAtMs: atMs } = value;
    const details = { drains: value.drains.slice(0, 100), fromMs, toMs };
    const about = { atMs, action: 'plan', subject: 'maintenance' as const, subjectId: id, to: 'planned', details };
    const { requestKey } = ask;
    const audit = controlAudit(ask, about);
    return store.control.change({ kind: 'maintenance', id, version: 0, value, audit, events: [], forget, requestKey });
  };

  app.post(
    '/maintenance/:id/cancel',
    {
      schema: {
        tags: ['control'],
        summary: 'Cancel a window; what it drained returns',
        params: IdParams,
        querystring: NoQuery,
        body: ReasonBody,
        response: { 200: MaintenanceViewSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { id } = request.params;
      const ask = askOf(request, request.body.reason);
      const cancel = async (): Promise<MaintenanceView> => {
        const record = await store.control.read('maintenance', id);
        const window = (await readMaintenance(store)).find((each) => each.id === id);
        if (!record || !window) throw notFound('maintenance', 'id', id);
        const atMs = clock.nowMs();
        const from = maintenanceState(window, atMs);
        if (from === 'cancelled') return view(id);
        if (from === 'over') throw new DetourError('CONFLICT', `maintenance ${id} is over`, { field: 'id', value: id });
        const about = { atMs, action: 'cancel', subject: 'maintenance' as const, subjectId: id, from, to: 'cancelled' };
        const written = await store.control.change({
          ...{ kind: 'maintenance', id, version: record.version, value: { ...window, cancelledAtMs: atMs } },
          ...{ audit: controlAudit(ask, { ...about, details: {} }), events: [], requestKey: ask.requestKey },
        });
        if (written === 'conflict')
          throw new DetourError('CONFLICT', `maintenance ${id} was changed by someone else`, {
            field: 'id',
            value: id,
          });
        return view(id);
      };
      return once(store, ask, `cancel maintenance ${id}`, cancel, () => view(id));
    },
  );
}

/** The links that the targets drain. Throws INVALID_INPUT for ids that the network has not, and for no target. */
function drainsOf({ network }: NetworkIndex, { links = [], nodes = [], srlgs = [] }: Targets): string[] {
  const known = {
    links: new Set(network.links.map(({ id }) => id)),
    nodes: new Set(network.nodes.map(({ id }) => id)),
    srlgs: new Set([...network.srlgs.map(({ id }) => id), ...network.links.flatMap((link) => link.srlgs)]),
  };
  for (const [field, ids] of Object.entries({ links, nodes, srlgs }) as [keyof typeof known, string[]][]) {
    const unknown = ids.find((id) => !known[field].has(id));
    if (unknown !== undefined) throw inputError(field, `there is no ${field.slice(0, -1)} "${unknown}"`, unknown);
  }
  const drains = drainedLinks(network, { links, nodes, srlgs });
  if (drains.length === 0) throw inputError('links', 'name at least one link, node or shared-risk group');
  if (drains.length > MAX_DRAINED)
    throw inputError('links', `a window drains at most ${MAX_DRAINED} links, these are`, drains.length);
  return drains;
}
