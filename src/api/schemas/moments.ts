import { type Static, Type } from 'typebox';
import { MomentSchema } from '../../reroute/moment.ts';
import { PlanSchema } from '../../reroute/plan.ts';
import { ProposalBriefSchema } from '../../reroute/proposal.ts';
import { Query } from './common.ts';
import { LinkViewSchema } from './links.ts';

const Time = (description: string) => Type.Optional(Type.Number({ minimum: 0, description }));

export const MomentQuery = Query({
  from: Time('ms since the epoch; a day ago where it is left out'),
  to: Time('ms since the epoch; now where it is left out'),
});

export const MomentsSchema = Type.Object({
  fromMs: Type.Number(),
  toMs: Type.Number(),
  items: Type.Array(MomentSchema, { description: 'oldest first' }),
});

/** The network as a plan saw it. */
export const MomentViewSchema = Type.Object({
  planId: Type.String(),
  atMs: Type.Number({ description: 'time of the snapshot' }),
  currentNetwork: Type.Boolean({ description: 'false where the network itself was another one then' }),
  plan: PlanSchema,
  demands: Type.Object({ source: Type.String(), count: Type.Integer(), totalBps: Type.Number() }),
  tunnels: Type.Integer({ description: 'demands on explicit paths' }),
  links: Type.Array(LinkViewSchema, { description: 'as they stood, staleness applied' }),
  open: Type.Array(ProposalBriefSchema, { description: 'proposals that stood before the plan, newest first' }),
});
export type MomentView = Static<typeof MomentViewSchema>;
export type Moments = Static<typeof MomentsSchema>;
