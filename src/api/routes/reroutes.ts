import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { DetourError } from '../../core/errors.ts';
import type { Ask } from '../../reroute/apply.ts';
import {
  isInForce,
  isOpen,
  PROPOSAL_STATUSES,
  type Proposal,
  type ProposalBrief,
  ProposalBriefSchema,
} from '../../reroute/proposal.ts';
import { askOf, once } from '../asking.ts';
import { pageOf } from '../cursor.ts';
import { type ApiDeps, type ApiServer, changesNetwork } from '../deps.ts';
import { limitOf, listResponse, sendCsv, wantsCsv } from '../list-answer.ts';
import { allowEmptyBody } from '../plugins/bodies.ts';
import { notFound } from '../problem.ts';
import { viewProposals } from '../proposal-view.ts';
import { Cursor, IdParams, Limit, NoBody, NoQuery, problemResponses, Query } from '../schemas/common.ts';
import { CommandsViewSchema } from '../schemas/control.ts';
import { ProposalViewSchema, WithdrawSchema } from '../schemas/reroutes.ts';
import { REROUTE_TABLE } from '../tables.ts';

const RerouteQuery = Query({
  status: Type.Optional(
    Type.Enum(['open', 'all', ...PROPOSAL_STATUSES], {
      default: 'open',
      description: '`open` is from proposed to verified; `all` has the closed ones of the last 24 h too',
    }),
  ),
  limit: Limit,
  cursor: Cursor,
});
type RerouteQuery = Static<typeof RerouteQuery>;

/** Moves of one page, about 1 kB each: an answer stays a few megabytes however large proposals are. */
const MAX_MOVES = 2_000;

/** What all decisions on one proposal have in common. */
const DECISION = {
  tags: ['reroutes'],
  params: IdParams,
  querystring: NoQuery,
  response: { 200: ProposalViewSchema, ...problemResponses },
};

export function rerouteRoutes(app: ApiServer, deps: ApiDeps): void {
  const { plans } = deps.store;
  const view = async (proposal: Proposal) => (await viewProposals(deps, [proposal]))[0];

  app.get(
    '/reroutes',
    {
      schema: {
        tags: ['reroutes'],
        summary: 'Proposals, newest first',
        description: `A page ends early when it would have more than ${MAX_MOVES} moves; follow \`next\`. As CSV in short.`,
        querystring: RerouteQuery,
        response: { 200: listResponse(ProposalViewSchema), ...problemResponses },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const weighed = wantsCsv(request) ? Number.POSITIVE_INFINITY : MAX_MOVES;
      const page = pageOfBriefs(await plans.briefs(scopeOf(query)), query, limitOf(request, query.limit), weighed);
      reply.header('vary', 'accept');
      if (wantsCsv(request)) return sendCsv(request, reply, REROUTE_TABLE, page);
      const proposals = await plans.proposalsById(page.items.map(({ id }) => id));
      return reply.send({ items: await viewProposals(deps, proposals), next: page.next });
    },
  );

  app.get(
    '/reroutes/briefs',
    {
      schema: {
        tags: ['reroutes'],
        summary: 'Proposals in short, newest first: how much they move, without the moves',
        querystring: RerouteQuery,
        response: { 200: listResponse(ProposalBriefSchema), ...problemResponses },
      },
    },
    async (request) => {
      const { query } = request;
      const briefs = await plans.briefs(scopeOf(query));
      return pageOfBriefs(briefs, query, limitOf(request, query.limit), Number.POSITIVE_INFINITY);
    },
  );

  app.get(
    '/reroutes/:id',
    {
      schema: {
        tags: ['reroutes'],
        summary: 'One proposal: what would be moved where, and why',
        params: IdParams,
        querystring: NoQuery,
        response: { 200: ProposalViewSchema, ...problemResponses },
      },
    },
    async (request) => view(known(await plans.proposal(request.params.id), request.params.id)),
  );

  app.get(
    '/reroutes/:id/commands',
    {
      schema: {
        tags: ['reroutes'],
        summary: 'What the actuator would do for a proposal now: the exact commands, step by step',
        params: IdParams,
        querystring: NoQuery,
        response: { 200: CommandsViewSchema, ...problemResponses },
      },
    },
    async (request) => deps.renderProposal(request.params.id),
  );

  /** A decision, once per idempotency key; where it is taken already, the proposal as it stands. */
  const decide = async (
    request: FastifyRequest<{ Params: { id: string } }>,
    action: string,
    ask: Ask,
    run: (proposal: Proposal) => Promise<Proposal>,
  ) => {
    const read = async () => known(await plans.proposal(request.params.id), request.params.id);
    const use = `${action} proposal ${request.params.id}`;
    return view(await once(deps.store, ask, use, async () => run(await read()), read));
  };

  app.post(
    '/reroutes/:id/approve',
    {
      preValidation: allowEmptyBody,
      schema: {
        ...DECISION,
        summary: 'Approve a proposal; with as many approvals as the guardrails ask for it can be applied',
        body: NoBody,
      },
    },
    async (request) => {
      const ask = askOf(request);
      return decide(request, 'approve', ask, (proposal) => deps.approveProposal(proposal.id, ask));
    },
  );

  app.post(
    '/reroutes/:id/apply',
    {
      preValidation: allowEmptyBody,
      schema: {
        ...DECISION,
        summary: 'Bring a proposal into the network, step by step',
        description:
          'It is looked at against the network as it is now first, and against the guardrails: 409 with what differs, or ' +
          'which rule stands against it. Answers when the first step is done (`applying`) or all are (`applied`); then it ' +
          'is verified, and kept or taken back. One that is in force already answers 200 too.',
        body: NoBody,
      },
    },
    async (request) => {
      const ask = askOf(request);
      return decide(request, 'apply', ask, async (proposal) => {
        if (!changesNetwork(deps.config)) throw nothingApplied(proposal.id);
        if (isInForce(proposal)) return proposal;
        assertApplicable(proposal);
        return deps.applyProposal(proposal.id, ask);
      });
    },
  );

  app.post(
    '/reroutes/:id/rollback',
    {
      schema: {
        ...DECISION,
        summary: 'Take a proposal back, step by step: its traffic follows the IGP again',
        description: 'The same cause is left alone until it ends. One that is rolled back already answers 200 too.',
        body: WithdrawSchema,
      },
    },
    async (request) => {
      const ask = askOf(request, request.body.reason);
      return decide(request, 'rollback', ask, async (proposal) => {
        if (proposal.status === 'rolled-back') return proposal;
        const isThere = isOpen(proposal) && (proposal.appliedAtMs !== null || proposal.status === 'applying');
        assertStatus(proposal, isThere, 'only what is applied can be rolled back');
        return deps.withdrawProposal(proposal.id, request.body.reason, ask);
      });
    },
  );

  app.post(
    '/reroutes/:id/dismiss',
    {
      schema: {
        ...DECISION,
        summary: 'Dismiss a proposal that is not applied',
        description: 'The same cause is left alone until it ends.',
        body: WithdrawSchema,
      },
    },
    async (request) => {
      const ask = askOf(request, request.body.reason);
      return decide(request, 'dismiss', ask, async (proposal) => {
        const waits =
          (proposal.status === 'proposed' || proposal.status === 'approved') && proposal.appliedAtMs === null;
        assertStatus(proposal, waits, 'only what waits for a decision can be dismissed');
        return deps.withdrawProposal(proposal.id, request.body.reason, ask);
      });
    },
  );
}

function nothingApplied(id: string): DetourError {
  return new DetourError(
    'NOT_SIMULATED',
    'Detour proposes and changes nothing in this network: its actuator is dry-run',
    {
      field: 'actuator',
      hint: `GET /api/v1/reroutes/${id}/commands has what to carry out`,
    },
  );
}

function assertStatus({ id, status }: Proposal, isRight: boolean, hint?: string): void {
  if (!isRight)
    throw new DetourError('CONFLICT', `proposal ${id} is ${status}`, { field: 'status', value: status, hint });
}

function known(proposal: Proposal | null, id: string): Proposal {
  if (proposal === null) throw notFound('proposal', 'id', id);
  return proposal;
}

function assertApplicable(proposal: Proposal): void {
  const { id, status, kind } = proposal;
  assertStatus(proposal, status === 'proposed' || status === 'approved');
  if (kind !== 'reroute') {
    throw new DetourError('CONFLICT', `proposal ${id} has nothing to apply: there is no safe alternative`, {
      field: 'kind',
      value: kind,
    });
  }
}

function scopeOf({ status = 'open' }: RerouteQuery): 'open' | 'all' {
  return status === 'open' || (status !== 'all' && isOpen({ status })) ? 'open' : 'all';
}

function pageOfBriefs(briefs: readonly ProposalBrief[], query: RerouteQuery, limit: number, maxMoves: number) {
  const { status = 'open', cursor } = query;
  return pageOf({
    items: briefs.filter((each) => status === 'all' || (status === 'open' ? isOpen(each) : each.status === status)),
    keyOf: ({ createdAtMs, id }) => ({ value: createdAtMs, id }),
    descending: true,
    limit,
    weight: { max: maxMoves, of: ({ moves }) => moves },
    cursor,
    query: { reroutes: status },
  });
}
