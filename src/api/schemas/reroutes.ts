import { type Static, Type } from 'typebox';
import { ExecutionSchema } from '../../reroute/execution.ts';
import { ProposalSchema } from '../../reroute/proposal.ts';

/** Paths of an applied proposal that cannot carry anything at the moment. */
export const BrokenPathsSchema = Type.Object({
  links: Type.Array(Type.String(), { description: 'links that are down and that paths in `moves[].to` cross' }),
  demands: Type.Array(
    Type.Object({
      demand: Type.String(),
      share: Type.Number({ description: 'of the demand, on paths that are broken' }),
    }),
  ),
  bps: Type.Number({ minimum: 0, description: 'traffic of these demands on the broken paths, as it was planned' }),
  follows: Type.Literal('igp', {
    description:
      'where this traffic goes meanwhile: the IGP has it back until the links are up again or a plan moves it elsewhere',
  }),
});
export type BrokenPaths = Static<typeof BrokenPathsSchema>;

/** How far a change is; its steps in short. */
export const ChangeViewSchema = Type.Object({
  ...Type.Omit(ExecutionSchema, ['steps', 'arcs']).properties,
  steps: Type.Array(Type.String(), { description: 'one sentence each, in the order of the way into the network' }),
  arcs: Type.Integer({ minimum: 0, description: 'arcs whose load it is predicted to change' }),
});

/** A proposal as it stands now: what was planned, and whether that can be used. */
export const ProposalViewSchema = Type.Object({
  ...Type.Omit(ProposalSchema, ['execution']).properties,
  change: Type.Union([ChangeViewSchema, Type.Null()], {
    description: 'the change that brings it into the network or out of it; null before it was begun',
  }),
  brokenPaths: Type.Union([BrokenPathsSchema, Type.Null()], {
    description:
      'set where links of an applied proposal went down after it was applied: `moves[].to` is where the traffic is ' +
      'meant to go, not where it goes; null where every path can be used, and for proposals that are not applied',
  }),
});
export type ProposalView = Static<typeof ProposalViewSchema>;

/** Why a person takes a proposal back or dismisses it. */
export const WithdrawSchema = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 500, description: 'in words, for those who come after' }) },
  { additionalProperties: false },
);
