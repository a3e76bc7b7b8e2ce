import { compileSchema } from '../../core/schema.ts';
import { type Plan, PlanSchema } from '../../reroute/plan.ts';
import { type Proposal, ProposalSchema } from '../../reroute/proposal.ts';
import { LIMITS } from '../keys.ts';
import { closedAtMs, newestFirst, requireSameProposal } from '../rules.ts';
import { PLAN_LEASE, type PlanCommit, type PlanStore, type Transition } from '../store.ts';
import type { RedisContext } from './context.ts';
import { guarded } from './errors.ts';
import { redisPlanInputs } from './plan-inputs.ts';

const planRecord = compileSchema(PlanSchema, 'CORRUPT_RECORD');
const proposalRecord = compileSchema(ProposalSchema, 'CORRUPT_RECORD');

export function redisPlans(context: RedisContext): PlanStore {
  const { connection, scripts, keys, records, clock } = context;
  const proposalKeys = [
    keys.proposals,
    keys.proposalHeads,
    keys.closedProposals,
    keys.tunnels,
    keys.tunnelsVersion,
    keys.events,
  ];
  const bounds = () => [clock.nowMs() - LIMITS.planTtlMs, LIMITS.closedProposalsMax, LIMITS.eventsMax];

  const readPlan = async (key: string): Promise<Plan | null> => {
    const text = await guarded('read a plan', () => connection.get(key));
    return text === null ? null : records.one(planRecord, key, null, text);
  };

  const proposals = async () => {
    const texts = await guarded('read proposals', () => connection.hgetall(keys.proposals));
    const all = Object.entries(texts).map(([id, text]) => records.member(proposalRecord, keys.proposals, id, text));
    return newestFirst(all.filter((proposal) => proposal !== null));
  };

  const proposal = async (proposalId: string) => {
    const text = await guarded('read a proposal', () => connection.hget(keys.proposals, proposalId));
    return text === null ? null : records.one(proposalRecord, keys.proposals, proposalId, text);
  };

  const commit = async (commit: PlanCommit) => {
    const { plan } = commit;
    const planKeys = [keys.planFence, keys.leaseHistory(PLAN_LEASE), keys.latestPlan, keys.plan(plan.id)];
    const args = [commit.fence, JSON.stringify(plan), LIMITS.planTtlMs, ...bounds(), ...planArguments(commit)];
    const answer = await guarded('write a plan', () => scripts.commitPlan([...proposalKeys, ...planKeys], args));
    return answer === 'committed' || answer === 'conflict' ? answer : ('fenced' as const);
  };

  const transition = async (transition: Transition) => {
    requireSameProposal(transition);
    const { proposalId, revision, from } = transition;
    const args = [proposalId, revision, from.length, ...from, ...bounds(), ...transitionArguments(transition)];
    const answer = await guarded('change a proposal', () => scripts.transition(proposalKeys, args));
    return { changed: answer === 1, proposal: await proposal(proposalId) };
  };

  const latest = () => readPlan(keys.latestPlan);
  const plan = (planId: string) => readPlan(keys.plan(planId));
  return { ...redisPlanInputs(context), commit, latest, plan, proposals, proposal, transition };
}

function planArguments({ expected = [], proposals, removeTunnels, events }: PlanCommit): (string | number)[] {
  return [
    expected.length,
    ...expected.flatMap((head) => [head.id, headText(head)]),
    proposals.length,
    ...proposals.flatMap(proposalArguments),
    removeTunnels.length,
    ...removeTunnels,
    events.length,
    ...events.map((event) => JSON.stringify(event)),
  ];
}

function transitionArguments({ proposal, removeTunnels, setTunnels, events }: Transition): (string | number)[] {
  return [
    ...proposalArguments(proposal),
    removeTunnels.length,
    ...removeTunnels,
    setTunnels.length,
    ...setTunnels.flatMap((tunnel) => [tunnel.demand, JSON.stringify(tunnel)]),
    events.length,
    ...events.map((event) => JSON.stringify(event)),
  ];
}

function proposalArguments(proposal: Proposal): (string | number)[] {
  return [proposal.id, JSON.stringify(proposal), headText(proposal), closedAtMs(proposal) ?? ''];
}

/** What a script compares without decoding the proposal. */
function headText({ revision, status }: Pick<Proposal, 'revision' | 'status'>): string {
  return `${revision}:${status}`;
}
