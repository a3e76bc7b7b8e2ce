import { type Static, Type } from 'typebox';
import { ROLES } from '../config/schema.ts';
import { nullable } from '../core/schema.ts';
import type { HealthState, LinkState } from '../health/link-state.ts';
import type { Plan } from '../reroute/plan.ts';
import { isOpen, type ProposalBrief } from '../reroute/proposal.ts';
import type { ApiDeps } from './deps.ts';
import { readLinkStates } from './link-view.ts';

const CountsByState = Type.Object({
  healthy: Type.Integer(),
  degraded: Type.Integer(),
  unhealthy: Type.Integer(),
  down: Type.Integer(),
  stale: Type.Integer(),
});

/** The state of everything in a few figures: the live line, the metrics and `GET /status`. */
export const StatusSchema = Type.Object({
  atMs: Type.Number(),
  network: Type.String(),
  version: Type.String(),
  simulated: Type.Boolean(),
  mode: Type.Union([Type.Literal('auto'), Type.Literal('manual')]),
  roles: Type.Array(Type.Enum(ROLES)),
  links: CountsByState,
  lostBps: nullable(
    Type.Number({
      description: 'measured loss now: sum over arcs of loss ratio x load, where both are known; null: nowhere',
    }),
  ),
  proposals: Type.Object({
    proposed: Type.Integer({ description: 'waiting for a decision' }),
    applied: Type.Integer({ description: 'in force' }),
    noSafeAlternative: Type.Integer({ description: 'open ones that found no way' }),
  }),
  savedBits: Type.Number({ description: 'traffic kept from loss by applied reroutes since the data began' }),
  lastPlan: nullable(
    Type.Object({
      id: Type.String(),
      ageMs: Type.Number({ minimum: 0 }),
      elapsedMs: Type.Number(),
      refused: nullable(Type.Object({ code: Type.String(), reason: Type.String() })),
    }),
  ),
  samples: Type.Object({
    applied: Type.Number(),
    refused: Type.Number(),
    backlog: Type.Number({ description: 'batches that wait for a scorer' }),
  }),
});
export type Status = Static<typeof StatusSchema>;

/** What the figures are made from. */
export interface StatusInput {
  readonly states: readonly LinkState[];
  readonly proposals: readonly Pick<ProposalBrief, 'status' | 'kind'>[];
  readonly plan: Plan | null;
  readonly savedBits: number;
  readonly samples: Status['samples'];
}

type StatusFacts = Pick<Status, 'network' | 'version' | 'simulated' | 'mode' | 'roles'>;
export type StatusDeps = Pick<ApiDeps, 'network' | 'store' | 'clock'> & {
  readonly config: Omit<ApiDeps['config'], 'host'>;
};

/** Counts links by state. */
export function countStates(states: Iterable<LinkState>): Record<HealthState, number> {
  const counts: Record<HealthState, number> = { healthy: 0, degraded: 0, unhealthy: 0, down: 0, stale: 0 };
  for (const { state } of states) counts[state] += 1;
  return counts;
}

/** Traffic that is being lost, bit/s, as far as it is measured; null where nothing is. */
export function measuredLossBps(states: Iterable<LinkState>): number | null {
  let lostBps: number | null = null;
  for (const { arcs } of states) {
    for (const { lossRatio, loadBps } of [arcs.az, arcs.za]) {
      if (lossRatio !== null && loadBps !== null) lostBps = (lostBps ?? 0) + lossRatio * loadBps;
    }
  }
  return lostBps;
}

/** The figures at `nowMs`; `states` must have staleness applied. */
export function summarise(input: StatusInput, facts: StatusFacts, nowMs: number): Status {
  const open = input.proposals.filter(isOpen);
  const { plan } = input;
  return {
    atMs: nowMs,
    ...facts,
    links: countStates(input.states),
    lostBps: measuredLossBps(input.states),
    proposals: {
      proposed: open.filter(({ status, kind }) => status === 'proposed' && kind === 'reroute').length,
      applied: open.filter(({ status }) => status === 'applied').length,
      noSafeAlternative: open.filter(({ kind }) => kind === 'no-safe-alternative').length,
    },
    savedBits: input.savedBits,
    lastPlan: plan && {
      id: plan.id,
      ageMs: Math.max(0, nowMs - plan.finishedAtMs),
      elapsedMs: plan.elapsedMs,
      refused: plan.refused,
    },
    samples: input.samples,
  };
}

/** Reads everything from the store and sums it up. */
export async function readStatus(deps: StatusDeps): Promise<Status> {
  const { store, config, network } = deps;
  const [states, proposals, plan, savedBits, counts, backlog] = await Promise.all([
    readLinkStates(deps),
    store.plans.briefs('open'),
    store.plans.latest(),
    store.counters.read('savedBits'),
    store.scoring.counts(),
    store.samples.backlog(),
  ]);
  const { version, simulated, mode, roles } = config;
  const facts = { network: network.network.name, version, simulated, mode, roles: [...roles] };
  const samples = { ...counts, backlog };
  return summarise({ states: [...states.values()], proposals, plan, savedBits, samples }, facts, deps.clock.nowMs());
}
