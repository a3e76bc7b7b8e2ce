import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createDryRunActuator } from '../../src/actuate/dry-run.ts';
import { buildApp } from '../../src/api/app.ts';
import type { ApiDeps, ApiServer, RefusedSample } from '../../src/api/deps.ts';
import { ManualClock } from '../../src/core/clock.ts';
import { DetourError } from '../../src/core/errors.ts';
import type { ArcState, HealthState, LinkState } from '../../src/health/link-state.ts';
import { createStudies } from '../../src/main/studies.ts';
import { Predictor } from '../../src/predict/live/predictor.ts';
import { ModelRegistry } from '../../src/predict/registry/registry.ts';
import type { Plan } from '../../src/reroute/plan.ts';
import type { Proposal } from '../../src/reroute/proposal.ts';
import type { NewEvent } from '../../src/store/events.ts';
import { createMemoryStore } from '../../src/store/memory/store.ts';
import { PLAN_LEASE, type Store, scorerLease } from '../../src/store/store.ts';
import type { Measurement } from '../../src/telemetry/sample.ts';
import { indexNetwork, type Link, type NetworkNode } from '../../topology/model.ts';
import { createEmptyHistory } from '../history/empty-history.ts';
import { LIMITS } from '../reroute/fixtures.ts';

export const START_MS = 1_700_000_000_000;

const NO_MODELS = new ModelRegistry({ folder: '/nonexistent/models', shippedFolder: '/nonexistent/shipped' });

const node = (id: string): NetworkNode => ({
  id,
  name: `Router ${id}`,
  lat: 47,
  lon: 8,
  tier: 'core',
  mass: 1,
  address: id === 'A' ? '192.0.2.1' : null,
  snmpPort: 161,
  credentials: id === 'A' ? 'env:SECRET_COMMUNITY' : null,
});

const link = (id: string, a: string, z: string, latencyMs: number, metric = 10, srlgs: string[] = []): Link => ({
  id,
  a,
  z,
  aInterface: `${id}-a`,
  zInterface: null,
  capacityBps: { az: 1e10, za: 1e10 },
  latencyMs: { az: latencyMs, za: latencyMs },
  metric: { az: metric, za: metric },
  srlgs,
});

/** A square A-B-C-D with a parallel link A-B, and the lonely pair E-F. */
export const NETWORK = indexNetwork({
  name: 'square',
  nodes: ['A', 'B', 'C', 'D', 'E', 'F'].map(node),
  links: [
    link('AB', 'A', 'B', 1, 10, ['duct']),
    link('AB2', 'A', 'B', 2, 10, ['duct']),
    link('BC', 'B', 'C', 3),
    link('AD', 'A', 'D', 4),
    link('DC', 'D', 'C', 5, 30),
    link('EF', 'E', 'F', 1),
  ],
  srlgs: [{ id: 'duct', name: 'Duct under the river' }],
});

const arc = (utilisation: number, lossRatio: number): ArcState => ({
  loadBps: utilisation * 1e10,
  utilisation,
  lossRatio,
  wireLossRatio: lossRatio,
  congestionLossRatio: 0,
  errorRatio: 0,
  latencyMs: null,
  baselineLatencyMs: null,
  unknown: { latencyMs: 'no probe measures it' },
});

export function linkState(linkId: string, state: HealthState, score: number, utilisation = 0.1): LinkState {
  const end = {
    adminStatus: 'up',
    operStatus: state === 'down' ? 'down' : 'up',
    atMs: START_MS,
    receivedAtMs: START_MS,
  } as const;
  const lossRatio = state === 'unhealthy' ? 0.05 : 0;
  return {
    linkId,
    state,
    score,
    sinceMs: START_MS,
    atMs: START_MS,
    receivedAtMs: START_MS,
    intervalMs: 1000,
    adminDown: false,
    parts: [],
    arcs: { az: arc(utilisation, lossRatio), za: arc(utilisation / 2, 0) },
    ends: { a: end, z: end },
    reason: `is ${state}`,
  };
}

export const proposal = (id: string, changes: Partial<Proposal> = {}): Proposal => ({
  id,
  revision: 1,
  status: 'proposed',
  kind: 'reroute',
  cause: { kind: 'unhealthy', links: ['AB'], epochMs: START_MS },
  links: ['AB'],
  moves: [
    {
      demand: 'd1',
      source: 'A',
      target: 'B',
      bps: 1e9,
      from: [{ share: 1, arcs: ['AB:az'] }],
      to: [{ share: 1, arcs: ['AB2:az'] }],
      latencyMs: { before: 1, after: 2 },
      worstHeadroom: { arc: 'AB2:az', bps: 7e9, utilisation: 0.1 },
      runnersUp: [],
    },
  ],
  cuts: [],
  why: { summary: 'AB loses 5 %', parts: [], stayed: [] },
  expectedSavingBps: 5e7,
  planId: 'plan-1',
  createdAtMs: START_MS,
  updatedAtMs: START_MS,
  appliedAtMs: null,
  closedAtMs: null,
  closedReason: null,
  ...changes,
});

export const plan = (id: string): Plan => ({
  id,
  inputId: `input-${id}`,
  trigger: 'request',
  atMs: START_MS,
  finishedAtMs: START_MS + 20,
  elapsedMs: 20,
  refused: null,
  badLinks: ['AB'],
  staleLinks: [],
  created: [],
  kept: [],
  revised: [],
  closed: [],
  mlu: { before: 0.5, after: 0.4 },
  demandSource: 'measured',
  movedBps: 1e9,
  proofs: [],
});

export const linkEvent = (linkId: string, message = `${linkId} is down`): NewEvent => ({
  atMs: START_MS,
  type: 'link-state',
  severity: 'critical',
  cleared: false,
  linkId,
  deviceId: null,
  proposalId: null,
  message,
  details: { state: 'down' },
});

export const measurement = (changes: Record<string, unknown> = {}): Measurement =>
  ({
    linkId: 'AB',
    end: 'a',
    deviceId: 'A',
    atMs: START_MS,
    intervalMs: 1000,
    adminStatus: 'up',
    operStatus: 'up',
    inOctets: 1000,
    outOctets: 1000,
    inPackets: 10,
    outPackets: 10,
    inErrors: 0,
    outErrors: 0,
    inDiscards: 0,
    outDiscards: 0,
    inUnknownProtos: null,
    latencyMs: null,
    ...changes,
  }) as Measurement;

export interface Harness {
  readonly app: ApiServer;
  readonly store: Store;
  readonly clock: ManualClock;
  readonly taken: Measurement[];
  readonly applied: string[];
  /** Ids and reasons. */
  readonly withdrawn: [id: string, reason: string][];
}

/** Refuses samples of links that the network has not; what the real ingest also checks is its own affair. */
export async function createHarness(changes: Partial<ApiDeps> = {}): Promise<Harness> {
  const clock = new ManualClock(START_MS);
  const store = changes.store ?? createMemoryStore({ networkName: 'square', partitions: 2, clock });
  const taken: Measurement[] = [];
  const applied: string[] = [];
  const withdrawn: [string, string][] = [];
  const studies = createStudies({
    ...{ store, clock, network: NETWORK, limits: LIMITS },
    actuator: createDryRunActuator(NETWORK.network.name),
  });
  const app = await buildApp({
    network: NETWORK,
    warnings: ['the network is in 2 pieces'],
    store,
    clock,
    config: { simulated: true, mode: 'manual', version: '1.2.3', roles: ['api'], host: '127.0.0.1' },
    ingest: {
      accept: async (measurements) => {
        const refused = measurements.flatMap((each, index) =>
          NETWORK.linkById.has(each.linkId) ? [] : refuse(each, index),
        );
        taken.push(...measurements.filter(({ linkId }) => NETWORK.linkById.has(linkId)));
        return { accepted: measurements.length - refused.length, refused };
      },
    },
    history: createEmptyHistory(),
    models: NO_MODELS,
    predictor: new Predictor({
      presentId: () => null,
      present: () => {
        throw new Error('nothing is present');
      },
      onEngine: () => undefined,
      nowMs: () => 0,
    }),
    maxDemandAgeMs: 60_000,
    layout: async (task) => studies.layout(task),
    whatIf: async (change, top) => studies.whatIf(change, top),
    replayPlan: async (id) => studies.replay(id),
    planNow: async () => plan('now'),
    approveProposal: async (id) => {
      const found = await store.plans.proposal(id);
      if (!found) throw new DetourError('NOT_FOUND', 'gone');
      return { ...found, status: 'approved' };
    },
    renderProposal: async () => ({ actuator: 'simulator', changesNetwork: true, steps: [] }),
    adminToken: null,
    applyProposal: async (id) => {
      applied.push(id);
      const found = await store.plans.proposal(id);
      if (!found) throw new DetourError('NOT_FOUND', 'gone');
      return { ...found, status: 'applied' };
    },
    withdrawProposal: async (id, reason) => {
      withdrawn.push([id, reason]);
      const found = await store.plans.proposal(id);
      if (!found) throw new DetourError('NOT_FOUND', 'gone');
      return { ...found, status: found.appliedAtMs === null ? 'expired' : 'rolled-back' };
    },
    boardQueues: [],
    jobs: async () => [],
    registry: new Registry(),
    readiness: [],
    logger: pino({ level: 'silent' }),
    ...changes,
  });
  return { app, store, clock, taken, applied, withdrawn };
}

function refuse({ linkId }: Measurement, index: number): RefusedSample[] {
  return [{ index, code: 'DETOUR_ERR_UNKNOWN_LINK', field: 'linkId', value: linkId, message: 'is not of the network' }];
}

/** Writes link states the way the scorer does. */
export async function writeStates(store: Store, states: readonly LinkState[]): Promise<void> {
  const lease = await store.leases.acquire(scorerLease(0), 'test', 60_000);
  await store.scoring.commit({
    partition: 0,
    fence: lease?.fence ?? 0,
    lastId: null,
    states,
    memories: [],
    events: [],
    applied: states.length,
    refused: 0,
  });
}

/** Writes a plan with its proposals the way the job does. */
export async function writePlan(store: Store, written: Plan, proposals: readonly Proposal[]): Promise<void> {
  const lease = await store.leases.acquire(PLAN_LEASE, 'test', 60_000);
  await store.plans.commit({ fence: lease?.fence ?? 0, plan: written, proposals, removeTunnels: [], events: [] });
}
