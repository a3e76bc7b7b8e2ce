import type { Network } from '../../topology/model.ts';
import type { LinkState } from '../health/link-state.ts';
import type { Moment } from '../reroute/moment.ts';
import type { DemandSet, Plan, PlanInput } from '../reroute/plan.ts';
import type { Proposal, ProposalBrief, ProposalStatus, Tunnel } from '../reroute/proposal.ts';
import type { InterfaceSample } from '../telemetry/sample.ts';
import type { AuditLog, NewAuditRecord } from './audit.ts';
import type { ControlStore } from './control.ts';
import type { Event, NewEvent } from './events.ts';
import type { HistoryFeed, HistoryRecord, QuestionBox } from './history-record.ts';
import type { PollerBoard } from './pollers.ts';
import type { PredictionStore } from './predictions.ts';

export { type AuditRecord, AuditRecordSchema, type NewAuditRecord } from './audit.ts';
export type { ControlChange, ControlKind, ControlRecord, ControlStore, Written } from './control.ts';
export type { PollerReport } from './pollers.ts';

/**
 * Everything that roles tell each other, per network. One conformance suite runs over every implementation
 * (redis/, memory/). All methods reject with DetourError; none retries for ever.
 */
export interface Store {
  readonly networkName: string;
  readonly partitions: number;
  readonly links: LinkStateStore;
  readonly samples: SampleQueue;
  readonly scoring: ScoringStore;
  readonly events: EventLog;
  readonly plans: PlanStore;
  readonly traffic: TrafficStore;
  readonly audit: AuditLog;
  readonly control: ControlStore;
  readonly leases: LeaseStore;
  readonly counters: CounterStore;
  readonly pollers: PollerBoard;
  readonly discovered: DiscoveredNetworkStore;
  readonly history: HistoryFeed;
  readonly questions: QuestionBox;
  readonly predictions: PredictionStore;
  /** Checks the connection, in ms of round trip. */
  ping(): Promise<number>;
  close(): Promise<void>;
}

/** The lease under which plans are made and committed. */
export const PLAN_LEASE = 'plan';

/** The lease of a partition's scorer. A commit under an older fence than this lease has reached writes nothing. */
export function scorerLease(partition: number): string {
  return `score-${partition}`;
}

/** A stored record that does not match its schema and was therefore left out of an answer. */
export interface CorruptRecord {
  readonly key: string;
  /** Field of the hash or id of the stream entry; null where the key holds one value. */
  readonly field: string | null;
  readonly problem: string;
}

/** Is told of every corrupt record once (bounded memory), so that it can be logged. */
export type ReportCorrupt = (record: CorruptRecord) => void;

export interface LinkStateStore {
  /** Latest state of every link that was ever scored, as written; readers apply `withStaleness`. */
  readAll(): Promise<Map<string, LinkState>>;
  read(linkId: string): Promise<LinkState | null>;
}

export interface QueuedBatch {
  /** Grows within a partition. */
  readonly id: string;
  /** Never queued empty: an empty one could not be read, and the scorer reports it and goes on behind it. */
  readonly samples: readonly InterfaceSample[];
}

/** Samples on their way to the scorer, one queue per partition (`partitionOf(linkId)`), in order, bounded. */
export interface SampleQueue {
  /** All of them or none: rejects with BACKLOG_FULL, queueing nothing, when a partition's queue is full. */
  append(samples: readonly InterfaceSample[]): Promise<void>;
  /**
   * Batches after `afterId` (`0` from the start), oldest first; waits up to `blockMs` for the first one. A wait ends
   * with an empty list when the store is closed; reads after that reject with NOT_READY.
   */
  read(partition: number, afterId: string, options: { maxBatches: number; blockMs: number }): Promise<QueuedBatch[]>;
  /** Batches up to and including this id will not be asked for again. */
  acknowledge(partition: number, upToId: string): Promise<void>;
  /** Batches that wait, over all partitions. */
  backlog(): Promise<number>;
}

/** What the scorer remembers of a link between samples; its own affair, opaque JSON to the store. */
export interface LinkMemoryRecord {
  readonly linkId: string;
  readonly memory: unknown;
}

export interface ScoringCommit {
  readonly partition: number;
  /** Fencing token of the partition's lease; an older one than the store has seen writes nothing. */
  readonly fence: number;
  /** Last batch that is part of this commit; null for a sweep that only marks links stale. */
  readonly lastId: string | null;
  readonly states: readonly LinkState[];
  readonly memories: readonly LinkMemoryRecord[];
  readonly events: readonly NewEvent[];
  /** What the history is to keep of it. */
  readonly history?: readonly HistoryRecord[];
  readonly applied: number;
  readonly refused: number;
}

/** Clocks of machines that share the work may differ by this much. */
export const CLOCK_SLACK_MS = 5_000;

export interface ScoringStore {
  load(partition: number): Promise<{ lastId: string; memories: Map<string, unknown> }>;
  /**
   * All of it or nothing, in one step. A state with an older `receivedAtMs` than the stored one is not written (never
   * heard from counts as oldest), unless that one's lies in the future: then the clock was set back. When it rejects, the caller cannot know whether it was written: `load` again.
   */
  commit(commit: ScoringCommit): Promise<'committed' | 'fenced'>;
  counts(): Promise<{ applied: number; refused: number }>;
}

export interface EventLog {
  append(events: readonly NewEvent[]): Promise<void>;
  /**
   * Events after this id, oldest first; waits up to `blockMs` for the first one. Rejects with INVALID_INPUT when the
   * id is none. A wait ends with an empty list when the store is closed; reads after that reject with NOT_READY.
   */
  read(afterId: string, options: { limit: number; blockMs: number }): Promise<Event[]>;
  /** The newest events (older than `beforeId` where it is given), newest first. Rejects with INVALID_INPUT as `read`. */
  latest(limit: number, beforeId?: string): Promise<Event[]>;
  /** Id of the newest event; `0` when there is none. */
  lastId(): Promise<string>;
}

/** Where a proposal stood when it was read. */
export interface ProposalHead {
  readonly id: string;
  readonly status: ProposalStatus;
  readonly revision: number;
}

export interface PlanCommit {
  /** Fencing token of the `plan` lease. */
  readonly fence: number;
  readonly plan: Plan;
  /** The plan's moment, where it may be shown again. */
  readonly moment?: Moment;
  /**
   * The open proposals the plan was made from: when one of them was applied or closed meanwhile, nothing is written
   * and the answer is `conflict`. Not checked where left out.
   */
  readonly expected?: readonly ProposalHead[];
  readonly proposals: readonly Proposal[];
  /** Demands whose tunnels go with this commit (their proposal was closed). */
  readonly removeTunnels: readonly string[];
  readonly events: readonly NewEvent[];
  readonly audit?: readonly NewAuditRecord[];
}

export interface Transition {
  readonly proposalId: string;
  /** The proposal is left alone unless it is in one of these and has this revision. */
  readonly from: readonly ProposalStatus[];
  readonly revision: number;
  /** ... and this sequence, which every step of a change raises; not checked where left out. */
  readonly sequence?: number;
  /** The proposal in its new form. */
  readonly proposal: Proposal;
  readonly setTunnels: readonly Tunnel[];
  readonly removeTunnels: readonly string[];
  readonly events: readonly NewEvent[];
  readonly audit?: readonly NewAuditRecord[];
  /** Names the request, so that one that is sent again does nothing; null where nobody asked. */
  readonly requestKey?: string | null;
}

export interface PlanStore {
  /** Keeps a network under its hash for as long as inputs name it (idempotent). */
  saveNetwork(networkHash: string, network: Network): Promise<void>;
  network(networkHash: string): Promise<Network | null>;
  /** Keeps a plan's input for 24 h under its id (idempotent). */
  saveInput(inputId: string, input: PlanInput): Promise<void>;
  input(inputId: string): Promise<PlanInput | null>;
  /** Plan, proposals, tunnels and events in one step; plans are kept for 24 h, closed proposals too. */
  commit(commit: PlanCommit): Promise<'committed' | 'fenced' | 'conflict'>;
  /** The newest plan, however old. */
  latest(): Promise<Plan | null>;
  plan(planId: string): Promise<Plan | null>;
  /** Moments of the last day from `fromMs` to `toMs` whose input is still kept, oldest first. */
  moments(fromMs: number, toMs: number): Promise<Moment[]>;
  /** What there is to know about proposals in short, newest first: those that stand, or with the closed ones too. */
  briefs(scope: 'open' | 'all'): Promise<ProposalBrief[]>;
  /** The proposals that stand, whole, newest first. Frozen: readers may share one object. */
  openProposals(): Promise<readonly Proposal[]>;
  /** Whole ones in the order of their ids; those that are gone by now are left out. For a page, not for all. */
  proposalsById(proposalIds: readonly string[]): Promise<Proposal[]>;
  proposal(proposalId: string): Promise<Proposal | null>;
  /** One proposal's status, its tunnels and the event in one step. `changed` false: it was not in `from`. */
  transition(transition: Transition): Promise<{ changed: boolean; proposal: Proposal | null }>;
}

export interface TrafficStore {
  /** What was measured or given in a file; an `estimated` set is kept beside it and never takes its place. */
  writeDemands(demands: DemandSet): Promise<void>;
  demands(): Promise<DemandSet | null>;
  /** Forgets what was measured or given. */
  removeDemands(): Promise<void>;
  /** The newest set that was estimated from loads. */
  estimate(): Promise<DemandSet | null>;
  /** The tunnels that are wanted in the network; `version` grows with every change. */
  tunnels(): Promise<{ version: number; tunnels: Tunnel[] }>;
  /** Removes, then sets tunnels in one step, for whoever carries changes out. To do it twice changes nothing. */
  changeTunnels(remove: readonly string[], set: readonly Tunnel[]): Promise<void>;
}

export interface Lease {
  /** Grows with every change of holder; goes with every write made under the lease. */
  readonly fence: number;
}

export interface LeaseStore {
  /** Null while another holder has it; all who ask for a name ask for the same time. Asking again as the holder renews it and keeps the fence; `holder` is unique to a process and its run. */
  acquire(name: string, holder: string, ttlMs: number): Promise<Lease | null>;
  /** Gives it back at once; nothing happens when someone else has it. */
  release(name: string, holder: string): Promise<void>;
  /** Who has it now; null when nobody does. */
  holderOf(name: string): Promise<string | null>;
  /** The clock that leases run by, ms since the epoch: the one clock that all processes share. */
  nowMs(): Promise<number>;
  /** True for the first caller within `ttlMs`: a throttle that all processes share. */
  once(name: string, ttlMs: number): Promise<boolean>;
}

/** The network as discovery last found it, `detour-network/1` with what discovery keeps beside each link. */
export interface DiscoveredNetworkStore {
  write(network: DiscoveredNetwork): Promise<void>;
  /** Null before the first discovery. */
  read(): Promise<DiscoveredNetwork | null>;
}

/** Opaque to the store but for its size and name; whoever reads it checks it as a network file. */
export interface DiscoveredNetwork {
  readonly format: 'detour-network/1';
  readonly name: string;
}

/** Sums that survive a restart, by name: `savedBits`. */
export interface CounterStore {
  add(name: string, amount: number): Promise<number>;
  read(name: string): Promise<number>;
}

/** What really happened in the simulator. Nothing that scores or plans may hold one. */
export interface TruthLog {
  append(record: TruthRecord): Promise<void>;
  latest(limit: number): Promise<TruthRecord[]>;
  close(): Promise<void>;
}

/** The beginning or end of a fault, or of something else that evaluations want to know. */
export interface TruthRecord {
  readonly atMs: number;
  readonly faultId: string;
  readonly kind: string;
  readonly phase: 'begin' | 'end';
  readonly links: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;
}
