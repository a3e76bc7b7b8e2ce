import type { Clock } from '../../../src/core/clock.ts';
import type { Plan } from '../../../src/reroute/plan.ts';
import { briefOf, isOpen, type Proposal, type ProposalBrief, type Tunnel } from '../../../src/reroute/proposal.ts';
import { LIMITS } from '../../../src/store/keys.ts';
import { newestFirst, requireSameProposal } from '../../../src/store/rules.ts';
import type { PlanCommit, PlanStore, ProposalHead, Store, Transition } from '../../../src/store/store.ts';

/** The wanted tunnels, by demand; plans and changes set them. */
export class LiveTunnels {
  readonly #tunnels = new Map<string, Tunnel>();
  #version = 0;

  tunnels(): { version: number; tunnels: Tunnel[] } {
    return { version: this.#version, tunnels: [...this.#tunnels.values()] };
  }

  change(remove: readonly string[], set: readonly Tunnel[]): void {
    for (const demand of remove) this.#tunnels.delete(demand);
    for (const tunnel of set) this.#tunnels.set(tunnel.demand, tunnel);
    this.#version += 1;
  }
}

/**
 * Plans and proposals as objects: to write each as a text and read it again, as stores do for many processes, would be
 * most of the bench's time. One process plans here, so fences and request keys have nothing to keep apart. Inputs and
 * moments are not kept, as nobody asks for them.
 */
export class LivePlans implements PlanStore {
  readonly #clock: Clock;
  readonly #events: Store['events'];
  readonly #tunnels: LiveTunnels;
  readonly #proposals = new Map<string, { readonly proposal: Proposal; readonly brief: ProposalBrief }>();
  #latest: Plan | null = null;

  constructor(clock: Clock, events: Store['events'], tunnels: LiveTunnels) {
    this.#clock = clock;
    this.#events = events;
    this.#tunnels = tunnels;
  }

  async saveNetwork(): Promise<void> {}
  async saveInput(): Promise<void> {}

  async network(): Promise<null> {
    return null;
  }

  async input(): Promise<null> {
    return null;
  }

  async moments(): Promise<[]> {
    return [];
  }

  async commit({ expected, plan, proposals, removeTunnels, events }: PlanCommit): Promise<'committed' | 'conflict'> {
    if (expected?.some((head) => !this.#stands(head))) return 'conflict';
    this.#latest = plan;
    for (const proposal of proposals) this.#keep(proposal);
    this.#tunnels.change(removeTunnels, []);
    if (events.length > 0) await this.#events.append(events);
    this.#forgetClosed();
    return 'committed';
  }

  async latest(): Promise<Plan | null> {
    return this.#latest;
  }

  async plan(planId: string): Promise<Plan | null> {
    return this.#latest?.id === planId ? this.#latest : null;
  }

  async briefs(scope: 'open' | 'all'): Promise<ProposalBrief[]> {
    const kept = [...this.#proposals.values()].map(({ brief }) => brief);
    return newestFirst(scope === 'all' ? kept : kept.filter(isOpen));
  }

  async openProposals(): Promise<readonly Proposal[]> {
    return this.proposalsById((await this.briefs('open')).map(({ id }) => id));
  }

  async proposalsById(proposalIds: readonly string[]): Promise<Proposal[]> {
    return proposalIds.flatMap((id) => this.#proposals.get(id)?.proposal ?? []);
  }

  async proposal(proposalId: string): Promise<Proposal | null> {
    return this.#proposals.get(proposalId)?.proposal ?? null;
  }

  async transition(transition: Transition): Promise<{ changed: boolean; proposal: Proposal | null }> {
    requireSameProposal(transition);
    const { proposal, proposalId, removeTunnels, setTunnels, events } = transition;
    if (!this.#fits(transition)) return { changed: false, proposal: await this.proposal(proposalId) };
    this.#keep(proposal);
    this.#tunnels.change(removeTunnels, setTunnels);
    if (events.length > 0) await this.#events.append(events);
    return { changed: true, proposal };
  }

  #keep(proposal: Proposal): void {
    this.#proposals.set(proposal.id, { proposal, brief: briefOf(proposal) });
  }

  #fits({ proposalId, revision, from, sequence }: Transition): boolean {
    const known = this.#proposals.get(proposalId)?.proposal;
    if (!known || known.revision !== revision || !from.includes(known.status)) return false;
    return sequence === undefined || (known.sequence ?? 0) === sequence;
  }

  #stands({ id, status, revision }: ProposalHead): boolean {
    const known = this.#proposals.get(id)?.proposal;
    return known?.status === status && known.revision === revision;
  }

  #forgetClosed(): void {
    const beforeMs = this.#clock.nowMs() - LIMITS.planTtlMs;
    for (const [id, { proposal }] of this.#proposals) {
      if (proposal.closedAtMs !== null && proposal.closedAtMs <= beforeMs) this.#proposals.delete(id);
    }
  }
}
