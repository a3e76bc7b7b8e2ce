import type { createBullBoard } from '@bull-board/api';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Registry } from 'prom-client';
import type { NetworkIndex } from '../../topology/model.ts';
import type { Role } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { HistoryReader } from '../history/history.ts';
import type { Predictor } from '../predict/live/predictor.ts';
import type { ModelRegistry } from '../predict/registry/registry.ts';
import type { Ask } from '../reroute/apply.ts';
import type { Change } from '../reroute/change.ts';
import type { Plan } from '../reroute/plan.ts';
import type { Proposal } from '../reroute/proposal.ts';
import type { Replay } from '../reroute/replay.ts';
import type { WhatIf } from '../reroute/what-if.ts';
import type { Store } from '../store/store.ts';
import type { Measurement } from '../telemetry/sample.ts';
import type { Layout } from './layout/layout.ts';
import type { LayoutTask } from './layout/layout-worker.ts';
import type { CommandsView } from './schemas/control.ts';
import type { QueueBrief } from './schemas/jobs.ts';

/** The application with TypeBox types on its routes. */
export type ApiServer = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression<RawServerDefault>,
  RawReplyDefaultExpression<RawServerDefault>,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** A queue as bull-board shows it; built in jobs/, where BullMQ is at home. */
export type BoardQueue = Parameters<typeof createBullBoard>[0]['queues'][number];

/** A sample that was not taken, by its place in the batch. */
export interface RefusedSample {
  readonly index: number;
  readonly code: ErrorCode;
  /** Field of the measurement, e.g. `atMs`. */
  readonly field: string;
  readonly value: unknown;
  readonly message: string;
}

/** Where measurements of other collectors go. Rejects with BACKLOG_FULL, taking nothing, when the queue is full. */
export interface SampleIngest {
  accept(
    measurements: readonly Measurement[],
  ): Promise<{ readonly accepted: number; readonly refused: readonly RefusedSample[] }>;
}

/** One thing that must hold before the service is ready; rejects with the reason when it does not. */
export interface ReadinessCheck {
  readonly name: string;
  check(): Promise<unknown>;
}

/** What the API must know of the configuration. */
export interface ApiConfig {
  /** True where the network is the simulator's and may be changed. */
  readonly simulated: boolean;
  readonly mode: 'auto' | 'manual';
  /** What carries changes out; without it only a simulated network can be changed. */
  readonly actuator?: { readonly name: string; readonly changesNetwork: boolean };
  readonly version: string;
  readonly roles: readonly Role[];
  /** Address the service listens on; on a loopback address only local names are answered. */
  readonly host: string;
}

/** Whether anything that is approved can be carried out here. */
export function changesNetwork({ actuator, simulated }: Pick<ApiConfig, 'actuator' | 'simulated'>): boolean {
  return actuator?.changesNetwork ?? simulated;
}

/** Bounds of the event stream. */
export interface StreamLimits {
  readonly maxClients: number;
  /** Bytes of events that may wait for a slow client before it gets a fresh snapshot in their place. */
  readonly maxBufferedBytes: number;
  readonly keepAliveMs: number;
  /** A client that has not read for this long is cut; looked at as often as it is kept alive. */
  readonly stallMs: number;
  /** Missed events that are sent again on resumption; after more of them the client gets a snapshot. */
  readonly maxReplay: number;
  /** How long one wait for new events lasts, ms; bounds how long stopping takes. */
  readonly blockMs: number;
}

export const STREAM_LIMITS: StreamLimits = {
  maxClients: 100,
  maxBufferedBytes: 1 << 20,
  keepAliveMs: 15_000,
  stallMs: 30_000,
  maxReplay: 5_000,
  blockMs: 250,
};

/** Everything the API works with. It opens no connection of its own. */
export interface ApiDeps {
  readonly network: NetworkIndex;
  /** What the network file's reader found worth saying. */
  readonly warnings: readonly string[];
  readonly store: Store;
  readonly clock: Clock;
  readonly config: ApiConfig;
  readonly ingest: SampleIngest;
  readonly history: HistoryReader;
  /** Cards and files of the models; only read here. */
  readonly models: Pick<ModelRegistry, 'cards' | 'open' | 'pointers'>;
  /** The present risk model, for rows that callers bring. */
  readonly predictor: Pick<Predictor, 'model'>;
  /** Demands that are older than this are not planned with, ms. */
  readonly maxDemandAgeMs: number;
  /** Where every node is drawn; takes a while for a large network. */
  layout(task: LayoutTask): Promise<Layout>;
  /** What would be planned in a changed network; INVALID_INPUT for unknown ids, BUSY when too many wait. */
  whatIf(change: Change, top: number): Promise<WhatIf>;
  /** Runs a stored plan again; NOT_FOUND when it, or what it was made from, is not kept any more. */
  replayPlan(planId: string): Promise<Replay>;
  /** Runs a plan now and resolves when it is finished. */
  planNow(): Promise<Plan>;
  /** Records a consent; CONFLICT when nothing waits for one. */
  approveProposal(proposalId: string, ask: Ask): Promise<Proposal>;
  /** Brings a proposal into the network; CONFLICT, WORLD_CHANGED or GUARDRAIL when it may not be. */
  applyProposal(proposalId: string, ask: Ask): Promise<Proposal>;
  /** Takes what was applied back, or dismisses what was not; its cause is left alone until it ends. */
  withdrawProposal(proposalId: string, reason: string, ask: Ask): Promise<Proposal>;
  /** What the actuator would do for a proposal now, step by step. */
  renderProposal(proposalId: string): Promise<CommandsView>;
  /** The secret of the configuration that is an admin's; null without one. */
  readonly adminToken: { matches(secret: string): boolean } | null;
  readonly boardQueues: readonly BoardQueue[];
  /** The job queues in brief. */
  jobs(): Promise<QueueBrief[]>;
  readonly registry: Registry;
  readonly readiness: readonly ReadinessCheck[];
  readonly logger: FastifyBaseLogger;
  readonly stream?: Partial<StreamLimits>;
  /** Folder of the built browser app; without it (or before it is built) `/` lists addresses. */
  readonly webFolder?: string;
}
