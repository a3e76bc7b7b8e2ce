import { type Static, Type } from 'typebox';
import type { NetworkIndex } from '../../topology/model.ts';
import { DetourError } from '../core/errors.ts';
import { canonicalJson } from '../core/ids.ts';
import { preview } from '../core/schema.ts';
import type { Store } from '../store/store.ts';
import { withoutReturns } from './closed-loop/withheld.ts';
import { type Plan, type PlanInput, type PlanOutcome, PlanSchema } from './plan.ts';
import { planReroutes } from './planner.ts';
import { type Proposal, ProposalSchema } from './proposal.ts';

const MAX_DIFFERENCES = 20;

/** What came of running a stored plan again. */
export const ReplaySchema = Type.Object({
  planId: Type.String(),
  inputId: Type.String(),
  same: Type.Boolean({ description: 'whether the same plan came out as is stored' }),
  differences: Type.Array(Type.String(), { description: `what differs, at most ${MAX_DIFFERENCES}` }),
  compared: Type.Integer({ description: 'proposals compared, moves and reasons included' }),
  gone: Type.Array(Type.String(), {
    description:
      'proposals of this plan that cannot be compared: a later plan revised them, or they are no longer kept',
  }),
  plan: Type.Omit(PlanSchema, ['finishedAtMs', 'elapsedMs']),
  proposals: Type.Array(ProposalSchema, { description: 'as this plan makes them: created, revised and closed ones' }),
});
export type Replay = Static<typeof ReplaySchema>;

/** A stored plan with all that it was made from, and what it wrote as far as that still stands. */
export interface Recording {
  readonly plan: Plan;
  readonly network: NetworkIndex['network'];
  readonly input: PlanInput;
  /** Proposals that the plan wrote and nobody has changed since, by id. */
  readonly proposals: readonly Proposal[];
}

/** Reads a stored plan back. Rejects with NOT_FOUND, saying what is not kept any more. */
export async function readRecording({ plans }: Pick<Store, 'plans'>, planId: string): Promise<Recording> {
  const plan = await plans.plan(planId);
  if (!plan) throw gone(planId, `there is no plan ${preview(planId)}`);
  const input = await plans.input(plan.inputId);
  if (!input) throw gone(planId, `the input of plan ${planId} is not kept any more`);
  const network = await plans.network(input.networkHash);
  if (!network) throw gone(planId, `the network that plan ${planId} was made for is not kept any more`);
  const proposals = await plans.proposalsById([...plan.created, ...plan.revised]);
  return { plan, input, network, proposals };
}

function gone(planId: string, message: string): DetourError {
  return new DetourError('NOT_FOUND', message, {
    field: 'id',
    value: planId,
    hint: 'plans and what they were made from are kept for 24 h, and less where they are very many',
  });
}

/** Runs a stored plan again and compares. Pure: nothing is written. */
export function replayPlan(network: NetworkIndex, recording: Omit<Recording, 'network'>): Replay {
  const { plan, input } = recording;
  const ids = { planId: plan.id, inputId: plan.inputId };
  return compared(recording, withoutReturns(input, planReroutes(network, input, plan.trigger, ids)).outcome);
}

function compared({ plan, proposals }: Omit<Recording, 'network'>, outcome: PlanOutcome): Replay {
  const again = new Map(outcome.changed.map((proposal) => [proposal.id, proposal]));
  const { finishedAtMs: _finishedAtMs, elapsedMs: _elapsedMs, ...stored } = plan;
  const comparable = proposals.filter((one) => {
    const other = again.get(one.id);
    return one.planId === plan.id && (other === undefined || other.revision === one.revision);
  });
  const differences = [
    ...differing('plan', stored, outcome.plan),
    ...comparable.flatMap((proposal) => {
      const other = again.get(proposal.id);
      return differing(proposal.id, lasting(proposal), other ? lasting(other) : {});
    }),
  ];
  const known = new Set(comparable.map(({ id }) => id));
  return {
    planId: plan.id,
    inputId: plan.inputId,
    same: differences.length === 0,
    differences: differences.slice(0, MAX_DIFFERENCES),
    compared: comparable.length,
    gone: [...plan.created, ...plan.revised].filter((id) => !known.has(id)),
    plan: outcome.plan,
    proposals: [...outcome.changed],
  };
}

/** What of a proposal does not change while it is applied and closed. */
function lasting({ kind, cause, links, moves, cuts, why, expectedSavingBps }: Proposal) {
  return { kind, cause, links, moves, cuts, why, expectedSavingBps };
}

function differing(name: string, stored: object, again: object): string[] {
  const [was, is] = [new Map(Object.entries(stored)), new Map(Object.entries(again))];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((key) => textOf(was.get(key)) !== textOf(is.get(key)))
    .map((key) => `${name}.${key}: ${preview(was.get(key))} is stored, ${preview(is.get(key))} came out`);
}

/** As it would read from a store: -0 is 0 there, and what is undefined is not there. */
function textOf(value: unknown): string {
  return canonicalJson(value) ?? '';
}
