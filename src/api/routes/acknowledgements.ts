import type { Link } from '../../../topology/model.ts';
import { DetourError } from '../../core/errors.ts';
import type { Acknowledgement } from '../../health/acknowledgement.ts';
import { readAcknowledgement, writeAcknowledgement } from '../../pipeline/acknowledgements.ts';
import type { Ask } from '../../reroute/apply.ts';
import { askOf, controlAudit, once } from '../asking.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import { readLinkView } from '../link-view.ts';
import { notFound } from '../problem.ts';
import { IdParams, NoQuery, problemResponses } from '../schemas/common.ts';
import { ReasonBody } from '../schemas/control.ts';
import { type LinkView, LinkViewSchema } from '../schemas/links.ts';

const CHANGES_PER_MINUTE = 120;

export function acknowledgementRoutes(app: ApiServer, deps: ApiDeps): void {
  const options = (summary: string, description: string) => ({
    config: { rateLimit: { max: CHANGES_PER_MINUTE, timeWindow: '1 minute' } },
    schema: {
      ...{ tags: ['network'], summary, description },
      ...{ params: IdParams, querystring: NoQuery, body: ReasonBody },
      response: { 200: LinkViewSchema, ...problemResponses },
    },
  });
  const linkOf = (id: string): Link => {
    const link = deps.network.linkById.get(id);
    if (!link) throw notFound('link', 'id', id);
    return link;
  };
  const decide = (link: Link, ask: Ask, action: Action): Promise<LinkView> => {
    const view = (): Promise<LinkView> => readLinkView(deps, link);
    const run = async (): Promise<LinkView> => {
      await (action === 'acknowledge' ? begin(deps, link, ask) : end(deps, link, ask));
      return view();
    };
    return once(deps.store, ask, `${action} link ${link.id}`, run, view);
  };

  app.post(
    '/links/:id/acknowledge',
    options(
      'Say that somebody knows that a link is not well',
      'Holds until the link is healthy again or gets worse than it is now; silence does not end it. A second one ' +
        'takes the place of the first.',
    ),
    async (request) => decide(linkOf(request.params.id), askOf(request, request.body.reason), 'acknowledge'),
  );

  app.post(
    '/links/:id/unacknowledge',
    options('Withdraw an acknowledgement', 'Without one nothing changes.'),
    async (request) => decide(linkOf(request.params.id), askOf(request, request.body.reason), 'unacknowledge'),
  );
}

type Action = 'acknowledge' | 'unacknowledge';

async function begin(deps: ApiDeps, link: Link, ask: Ask): Promise<void> {
  const { store, clock } = deps;
  // Before the state is read: what changes in between counts as later, and is judged again.
  const afterEventId = await store.events.lastId();
  const [{ state }, { version }] = await Promise.all([readLinkView(deps, link), readAcknowledgement(store, link.id)]);
  if (state === 'healthy')
    throw new DetourError('CONFLICT', `${link.id} is healthy: there is nothing to acknowledge`, {
      field: 'id',
      value: link.id,
    });
  const { by, reason } = ask;
  const about = { linkId: link.id, by: by.name, atMs: clock.nowMs(), reason: reason ?? '', state };
  await write(deps, { ...about, afterEventId, endedAtMs: null }, { version, ask, action: 'acknowledge' });
}

async function end(deps: ApiDeps, link: Link, ask: Ask): Promise<void> {
  const { version, value } = await readAcknowledgement(deps.store, link.id);
  if (value === null) return;
  const endedAtMs = deps.clock.nowMs();
  await write(deps, { ...value, endedAtMs }, { version, ask, action: 'unacknowledge' });
}

async function write(
  { store, clock }: ApiDeps,
  value: Acknowledgement,
  { version, ask, action }: { readonly version: number; readonly ask: Ask; readonly action: Action },
): Promise<void> {
  const { linkId, state } = value;
  const [from, to] = action === 'acknowledge' ? [null, 'acknowledged'] : ['acknowledged', 'unacknowledged'];
  const about = { atMs: clock.nowMs(), action, subject: 'link' as const, subjectId: linkId, from, to };
  const audit = controlAudit(ask, { ...about, details: { state } });
  const written = await writeAcknowledgement(store, value, { version, audit });
  if (written === 'conflict')
    throw new DetourError('CONFLICT', `${linkId} was acknowledged or taken back by someone else at this moment`, {
      hint: 'read it again',
    });
}
