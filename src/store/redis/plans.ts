import { compileSchema } from '../../core/schema.ts';
import { type Moment, MomentSchema } from '../../reroute/moment.ts';
import { type Plan, PlanSchema } from '../../reroute/plan.ts';
import { briefOf, type Proposal } from '../../reroute/proposal.ts';
import { LIMITS } from '../keys.ts';
import { closedAtMs, requestName, requestUse, requireSameProposal } from '../rules.ts';
import { type NewAuditRecord, PLAN_LEASE, type PlanCommit, type PlanStore, type Transition } from '../store.ts';
import type { RedisContext } from './context.ts';
import { guarded } from './errors.ts';
import { pack } from './packed.ts';
import { redisPlanInputs } from './plan-inputs.ts';
import { proposalKeys } from './proposal-keys.ts';
import { redisProposals } from './proposals.ts';

const planRecord = compileSchema(PlanSchema, 'CORRUPT_RECORD');
const momentRecord = compileSchema(MomentSchema, 'CORRUPT_RECORD');

type Argument = string | number | Buffer;

export function redisPlans(context: RedisContext): PlanStore {
  const { connection, scripts, keys, records, clock } = context;
  const readers = redisProposals(context);
  const bounds = () => [clock.nowMs() - LIMITS.planTtlMs, LIMITS.closedProposalsMax, LIMITS.eventsMax];

  const readPlan = async (key: string): Promise<Plan | null> => {
    const text = await guarded('read a plan', () => connection.get(key));
    return text === null ? null : records.one(planRecord, key, null, text);
  };

  const commit = async (commit: PlanCommit) => {
    const { plan } = commit;
    const planKeys = [
      ...[keys.planFence, keys.leaseHistory(PLAN_LEASE), keys.latestPlan, keys.plan(plan.id)],
      ...[keys.moments, keys.momentTimes],
    ];
    const args = [commit.fence, JSON.stringify(plan), LIMITS.planTtlMs, ...bounds(), ...(await planArguments(commit))];
    const answer = await guarded('write a plan', () => scripts.commitPlan([...proposalKeys(keys), ...planKeys], args));
    return answer === 'committed' || answer === 'conflict' ? answer : ('fenced' as const);
  };

  const transition = async (transition: Transition) => {
    requireSameProposal(transition);
    const { proposalId, revision, sequence, from, requestKey } = transition;
    const args = [
      ...[LIMITS.requestTtlMs, requestUse(transition.audit ?? []), proposalId, revision, sequence ?? ''],
      ...[from.length, ...from, ...bounds(), ...(await transitionArguments(transition))],
    ];
    const requests = requestKey ? [keys.request(requestName(requestKey))] : [];
    const answer = await guarded('change a proposal', () =>
      scripts.transition([...proposalKeys(keys), ...requests], args),
    );
    return { changed: answer === 1, proposal: answer === 1 ? transition.proposal : await readers.proposal(proposalId) };
  };

  const moments: PlanStore['moments'] = async (fromMs, toMs) => {
    const found = await guarded('read moments', async () => {
      const ids = await connection.zrangebyscore(keys.momentTimes, fromMs, toMs);
      const texts = ids.length === 0 ? [] : await connection.hmget(keys.moments, ...ids);
      return ids.map((id, index) => [id, texts[index] ?? null] as const);
    });
    const known = found.flatMap(([id, text]) => {
      const moment = text === null ? null : records.member(momentRecord, keys.moments, id, text);
      return moment ? [moment] : [];
    });
    return withKeptInputs(known);
  };

  /** Inputs may be forgotten before their moment, where all together grow too large. */
  const withKeptInputs = async (known: Moment[]): Promise<Moment[]> => {
    if (known.length === 0) return [];
    const inputIds = known.map(({ inputId }) => inputId);
    const kept = await guarded('read moments', () => connection.zmscore(keys.inputTimes, ...inputIds));
    return known.filter((_moment, index) => kept[index] !== null);
  };

  const latest = () => readPlan(keys.latestPlan);
  const plan = (planId: string) => readPlan(keys.plan(planId));
  return { ...redisPlanInputs(context), ...readers, commit, latest, plan, moments, transition };
}

async function planArguments(commit: PlanCommit): Promise<Argument[]> {
  const { expected = [], proposals, removeTunnels, events, moment } = commit;
  return [
    expected.length,
    ...expected.flatMap((head) => [head.id, headText(head)]),
    proposals.length,
    ...(await Promise.all(proposals.map(proposalArguments))).flat(),
    removeTunnels.length,
    ...removeTunnels,
    events.length,
    ...events.map((event) => JSON.stringify(event)),
    ...auditArguments(commit.audit),
    ...[LIMITS.momentsMax, commit.plan.id, moment?.atMs ?? 0, moment ? JSON.stringify(moment) : ''],
  ];
}

async function transitionArguments(transition: Transition): Promise<Argument[]> {
  const { proposal, removeTunnels, setTunnels, events } = transition;
  return [
    ...(await proposalArguments(proposal)),
    removeTunnels.length,
    ...removeTunnels,
    setTunnels.length,
    ...setTunnels.flatMap((tunnel) => [tunnel.demand, JSON.stringify(tunnel)]),
    events.length,
    ...events.map((event) => JSON.stringify(event)),
    ...auditArguments(transition.audit),
  ];
}

function auditArguments(audit: readonly NewAuditRecord[] = []): Argument[] {
  return [LIMITS.auditMax, audit.length, ...audit.map((record) => JSON.stringify(record))];
}

async function proposalArguments(proposal: Proposal): Promise<Argument[]> {
  const brief = JSON.stringify(briefOf(proposal));
  const head = `${headText(proposal)}:${proposal.sequence ?? 0}`;
  return [proposal.id, await pack(proposal), head, brief, closedAtMs(proposal) ?? ''];
}

/** What a script compares without decoding the proposal; heads as they are stored have the sequence too. */
function headText({ revision, status }: Pick<Proposal, 'revision' | 'status'>): string {
  return `${revision}:${status}`;
}
