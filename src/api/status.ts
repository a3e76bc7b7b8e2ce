import { type Static, Type } from 'typebox';
import { ROLES } from '../config/schema.ts';
import { nullable } from '../core/schema.ts';
import type { HealthState, LinkState } from '../health/link-state.ts';
import { readGuardrails } from '../reroute/guardrail-record.ts';
import type { Plan } from '../reroute/plan.ts';
import { isInForce, isOpen, type ProposalBrief, waitsForApply } from '../reroute/proposal.ts';
import { type ApiDeps, changesNetwork } from './deps.ts';
import { asOf } from './link-view.ts';
import { type MeasuredLoss, measuredLoss } from './measured-loss.ts';

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
  changesNetwork: Type.Boolean({ description: 'false: Detour proposes, and nothing can be applied here' }),
  killSwitch: nullable(
    Type.Object(
      { atMs: Type.Number(), by: Type.String(), reason: Type.String() },
      { description: 'set: no change is made automatically' },
    ),
  ),
  links: CountsByState,
  lostBps: nullable(
    Type.Number({
      description:
        'measured loss: sum over arcs of loss ratio x load, where both are known, links that fell silent less than a ' +
        'minute ago with their last figures; null: nowhere',
    }),
  ),
  lostAgeMs: nullable(Type.Number({ minimum: 0, description: 'age of the oldest measurement in `lostBps`' })),
  proposals: Type.Object({
    proposed: Type.Integer({ description: 'waiting for a decision' }),
    applying: Type.Integer({ description: 'on the way into the network, or out of it' }),
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
  /** As they are read: staleness applied. */
  readonly states: readonly LinkState[];
  readonly loss: MeasuredLoss | null;
  readonly proposals: readonly Pick<ProposalBrief, 'status' | 'kind'>[];
  readonly plan: Plan | null;
  readonly savedBits: number;
  readonly samples: Status['samples'];
}

type StatusFacts = Pick<
  Status,
  'network' | 'version' | 'simulated' | 'mode' | 'roles' | 'changesNetwork' | 'killSwitch'
>;
export type StatusDeps = Pick<ApiDeps, 'network' | 'store' | 'clock'> & {
  readonly config: Omit<ApiDeps['config'], 'host'>;
};

/** Counts links by state. */
export function countStates(states: Iterable<LinkState>): Record<HealthState, number> {
  const counts: Record<HealthState, number> = { healthy: 0, degraded: 0, unhealthy: 0, down: 0, stale: 0 };
  for (const { state } of states) counts[state] += 1;
  return counts;
}

/** The figures at `nowMs`. */
export function summarise(input: StatusInput, facts: StatusFacts, nowMs: number): Status {
  const open = input.proposals.filter(isOpen);
  const { plan } = input;
  return {
    atMs: nowMs,
    ...facts,
    links: countStates(input.states),
    lostBps: input.loss?.lostBps ?? null,
    lostAgeMs: input.loss?.lostAgeMs ?? null,
    proposals: {
      proposed: open.filter(waitsForApply).length,
      applying: open.filter(({ status }) => status === 'applying').length,
      applied: open.filter(isInForce).length,
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
  const [stored, proposals, plan, savedBits, counts, backlog, guarded] = await Promise.all([
    store.links.readAll(),
    store.plans.briefs('open'),
    store.plans.latest(),
    store.counters.read('savedBits'),
    store.scoring.counts(),
    store.samples.backlog(),
    readGuardrails(store),
  ]);
  const { version, simulated, mode, roles } = config;
  const { killSwitch, mode: set } = guarded.guardrails;
  const facts = {
    ...{ network: network.network.name, version, simulated, roles: [...roles] },
    ...{ mode: killSwitch ? ('manual' as const) : (set ?? mode), killSwitch, changesNetwork: changesNetwork(config) },
  };
  const samples = { ...counts, backlog };
  const nowMs = deps.clock.nowMs();
  const states = [...asOf(network, stored, nowMs).values()];
  const ofNetwork = network.network.links.flatMap(({ id }) => stored.get(id) ?? []);
  const loss = measuredLoss(ofNetwork, nowMs);
  return summarise({ states, loss, proposals, plan, savedBits, samples }, facts, nowMs);
}
