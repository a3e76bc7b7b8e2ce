import type { Network } from '../../../topology/model.ts';
import type { Clock } from '../../core/clock.ts';
import type { Moment } from '../../reroute/moment.ts';
import type { Plan, PlanInput } from '../../reroute/plan.ts';
import { briefOf, isOpen, type Proposal, type ProposalBrief } from '../../reroute/proposal.ts';
import { LIMITS } from '../keys.ts';
import { closedAtMs, newestFirst, requestUse, requireSameProposal } from '../rules.ts';
import { PLAN_LEASE, type PlanCommit, type PlanStore, type ProposalHead, type Transition } from '../store.ts';
import type { MemoryAudit } from './audit.ts';
import type { MemoryEvents } from './events.ts';
import { ExpiringMap } from './expiring-map.ts';
import type { MemoryLeases } from './leases.ts';
import type { MemoryRequests } from './requests.ts';
import type { MemoryTraffic } from './traffic.ts';

interface StoredProposal extends ProposalHead {
  readonly sequence: number;
  readonly closedAtMs: number | null;
  readonly text: string;
  readonly brief: string;
}

export class MemoryPlans implements PlanStore {
  readonly #clock: Clock;
  readonly #networks: ExpiringMap;
  readonly #inputs: ExpiringMap;
  readonly #plans: ExpiringMap;
  readonly #moments = new Map<string, Moment>();
  readonly #proposals = new Map<string, StoredProposal>();
  readonly #events: MemoryEvents;
  readonly #leases: MemoryLeases;
  readonly #traffic: MemoryTraffic;
  readonly #audit: MemoryAudit;
  readonly #requests: MemoryRequests;
  #latest: string | null = null;
  #fence = 0;

  constructor(
    clock: Clock,
    inputBytesMax: number,
    rooms: {
      readonly events: MemoryEvents;
      readonly leases: MemoryLeases;
      readonly traffic: MemoryTraffic;
      readonly audit: MemoryAudit;
      readonly requests: MemoryRequests;
    },
  ) {
    this.#clock = clock;
    this.#networks = new ExpiringMap(clock, LIMITS.networkTtlMs);
    this.#inputs = new ExpiringMap(clock, LIMITS.planTtlMs, inputBytesMax);
    this.#plans = new ExpiringMap(clock, LIMITS.planTtlMs);
    this.#events = rooms.events;
    this.#leases = rooms.leases;
    this.#traffic = rooms.traffic;
    this.#audit = rooms.audit;
    this.#requests = rooms.requests;
  }

  async saveNetwork(networkHash: string, network: Network): Promise<void> {
    this.#networks.set(networkHash, JSON.stringify(network));
  }

  async network(networkHash: string): Promise<Network | null> {
    return parse<Network>(this.#networks.get(networkHash));
  }

  async saveInput(inputId: string, input: PlanInput): Promise<void> {
    this.#inputs.set(inputId, JSON.stringify(input));
    this.#networks.refresh(input.networkHash);
  }

  async input(inputId: string): Promise<PlanInput | null> {
    return parse<PlanInput>(this.#inputs.get(inputId));
  }

  async commit(commit: PlanCommit): Promise<'committed' | 'fenced' | 'conflict'> {
    const plan = JSON.stringify(commit.plan);
    const proposals = commit.proposals.map(toStored);
    const events = commit.events.map((event) => JSON.stringify(event));
    const audit = (commit.audit ?? []).map((record) => JSON.stringify(record));
    if (commit.fence < Math.max(this.#fence, this.#leases.fenceOf(PLAN_LEASE))) return 'fenced';
    if (commit.expected?.some((head) => !this.#stands(head))) return 'conflict';
    this.#fence = commit.fence;
    this.#latest = plan;
    this.#plans.set(commit.plan.id, plan);
    if (commit.moment) this.#moments.set(commit.plan.id, structuredClone(commit.moment));
    for (const proposal of proposals) this.#proposals.set(proposal.id, proposal);
    this.#traffic.changeNow(commit.removeTunnels, []);
    this.#events.appendTexts(events);
    this.#audit.appendTexts(audit);
    this.#forgetClosed();
    this.#forgetMoments();
    return 'committed';
  }

  async latest(): Promise<Plan | null> {
    return parse<Plan>(this.#latest);
  }

  async plan(planId: string): Promise<Plan | null> {
    return parse<Plan>(this.#plans.get(planId));
  }

  async moments(fromMs: number, toMs: number): Promise<Moment[]> {
    return [...this.#moments.values()]
      .filter(({ atMs, inputId }) => atMs >= fromMs && atMs <= toMs && this.#inputs.get(inputId) !== null)
      .map((moment) => structuredClone(moment))
      .sort((a, b) => a.atMs - b.atMs || (a.planId < b.planId ? -1 : 1));
  }

  async briefs(scope: 'open' | 'all'): Promise<ProposalBrief[]> {
    const kept = [...this.#proposals.values()].filter((each) => scope === 'all' || isOpen(each));
    return newestFirst(kept.map(({ brief }) => JSON.parse(brief) as ProposalBrief));
  }

  async openProposals(): Promise<readonly Proposal[]> {
    return this.proposalsById((await this.briefs('open')).map(({ id }) => id));
  }

  async proposalsById(proposalIds: readonly string[]): Promise<Proposal[]> {
    const found = proposalIds.map((id) => parse<Proposal>(this.#proposals.get(id)?.text ?? null));
    return found.filter((proposal) => proposal !== null);
  }

  async proposal(proposalId: string): Promise<Proposal | null> {
    return parse<Proposal>(this.#proposals.get(proposalId)?.text ?? null);
  }

  async transition(transition: Transition): Promise<{ changed: boolean; proposal: Proposal | null }> {
    requireSameProposal(transition);
    const next = toStored(transition.proposal);
    const tunnels = transition.setTunnels.map((tunnel) => [tunnel.demand, JSON.stringify(tunnel)] as const);
    const events = transition.events.map((event) => JSON.stringify(event));
    const audit = (transition.audit ?? []).map((record) => JSON.stringify(record));
    const { proposalId, requestKey } = transition;
    if (this.#requests.find(requestKey) !== null || !this.#fits(transition)) {
      return { changed: false, proposal: await this.proposal(proposalId) };
    }
    this.#proposals.set(next.id, next);
    this.#traffic.changeNow(transition.removeTunnels, tunnels);
    this.#events.appendTexts(events);
    this.#audit.appendTexts(audit);
    this.#requests.note(requestKey, requestUse(transition.audit ?? []));
    this.#forgetClosed();
    return { changed: true, proposal: await this.proposal(transition.proposalId) };
  }

  #fits({ proposalId, revision, from, sequence }: Transition): boolean {
    const known = this.#proposals.get(proposalId);
    if (!known || known.revision !== revision || !from.includes(known.status)) return false;
    return sequence === undefined || known.sequence === sequence;
  }

  #stands(head: ProposalHead): boolean {
    const known = this.#proposals.get(head.id);
    return known?.status === head.status && known.revision === head.revision;
  }

  #forgetMoments(): void {
    const beforeMs = this.#clock.nowMs() - LIMITS.planTtlMs;
    const byTime = [...this.#moments.values()].sort((a, b) => a.atMs - b.atMs || (a.planId < b.planId ? -1 : 1));
    for (const [index, { planId, atMs }] of byTime.entries()) {
      if (index < byTime.length - LIMITS.momentsMax || atMs <= beforeMs) this.#moments.delete(planId);
    }
  }

  #forgetClosed(): void {
    const beforeMs = this.#clock.nowMs() - LIMITS.planTtlMs;
    const closed = [...this.#proposals.values()]
      .filter((proposal) => proposal.closedAtMs !== null)
      .sort((a, b) => (a.closedAtMs ?? 0) - (b.closedAtMs ?? 0));
    const surplus = closed.length - LIMITS.closedProposalsMax;
    for (const [index, { id, closedAtMs: atMs }] of closed.entries()) {
      if (index < surplus || (atMs ?? 0) <= beforeMs) this.#proposals.delete(id);
    }
  }
}

function toStored(proposal: Proposal): StoredProposal {
  const { id, status, revision, sequence = 0 } = proposal;
  const texts = { text: JSON.stringify(proposal), brief: JSON.stringify(briefOf(proposal)) };
  return { id, status, revision, sequence, closedAtMs: closedAtMs(proposal), ...texts };
}

function parse<T>(text: string | null): T | null {
  return text === null ? null : (JSON.parse(text) as T);
}
