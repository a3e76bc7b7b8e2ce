import type { Actuator, MetricChange, StepChange } from '../actuator.ts';
import type { ArcFigure, Execution } from '../execution.ts';
import { type Proposal, type Tunnel, tunnelsOf } from '../proposal.ts';
import type { Reach } from '../reachability.ts';
import type { Ask } from './audit.ts';

/** The change that brings a proposal into the network, from the tunnels that are there now. Throws UNREALISABLE. */
export function forwardExecution(
  actuator: Actuator,
  proposal: Proposal,
  present: readonly Tunnel[],
  about: {
    readonly ask: Ask;
    readonly arcs: readonly ArcFigure[];
    readonly atMs: number;
    /** What is changed instead of paths. */
    readonly changes?: readonly StepChange[];
    /** Metrics of an earlier revision that are in the network. */
    readonly held?: readonly MetricChange[];
    /** Destinations that routers can reach before it. */
    readonly reach?: Reach | null;
  },
): Execution {
  const id = executionId(proposal);
  const steps = actuator.plan(id, about.changes ?? stepChanges(proposal, present));
  const held = about.held && about.held.length > 0 ? { held: [...about.held] } : {};
  return {
    ...frame(actuator, id, about.ask, about.atMs),
    steps,
    arcs: [...about.arcs],
    ...held,
    ...(about.reach ? { reach: about.reach } : {}),
  };
}

/** The change that takes out what is there of a proposal: all steps are done, and go back one by one. */
export function backExecution(
  actuator: Actuator,
  proposal: Proposal,
  present: readonly Tunnel[],
  about: { readonly ask: Ask; readonly reason: string; readonly ends: Execution['ends']; readonly atMs: number },
): Execution {
  const id = executionId(proposal);
  const own = proposal.execution;
  const steps = own?.actuator === actuator.name ? own.steps : actuator.plan(id, changesOfPresent(proposal, present));
  const { ask, reason, ends, atMs } = about;
  const rest = { direction: 'back' as const, reason, ends, steps: [...steps], done: steps.length };
  return { ...frame(actuator, id, ask, atMs), ...rest, arcs: own?.arcs ?? [] };
}

function frame(actuator: Actuator, id: string, ask: Ask, atMs: number): Omit<Execution, 'steps' | 'arcs'> {
  return {
    id,
    actuator: actuator.name,
    direction: 'forward',
    by: ask.by.name,
    automatic: ask.automatic,
    reason: null,
    ends: 'failed',
    startedAtMs: atMs,
    stepAtMs: atMs,
    done: 0,
    failures: 0,
  };
}

function executionId({ id, revision, sequence = 0 }: Proposal): string {
  return `${id}-${revision}-${sequence}`;
}

/** One change for each step of the plan, then what has no safe order, then the tunnels that are wanted no more. */
function stepChanges(proposal: Proposal, present: readonly Tunnel[]): StepChange[] {
  const wanted = new Map(tunnelsOf(proposal).map((tunnel) => [tunnel.demand, tunnel]));
  const ordered = (proposal.steps ?? []).map((demands) => demands.filter((demand) => wanted.has(demand)));
  const named = new Set(ordered.flat());
  const rest = [...wanted.keys()].filter((demand) => !named.has(demand));
  const groups = [...ordered, rest].filter((demands) => demands.length > 0);
  const dropped = ownDemands(proposal, present).filter((demand) => !wanted.has(demand));
  const before = (demands: readonly string[]) => othersTunnels(proposal, present, demands);
  return [
    ...groups.map((demands) => ({
      set: demands.map((demand) => wanted.get(demand) as Tunnel),
      remove: [],
      before: before(demands),
      metrics: [],
    })),
    ...(dropped.length > 0 ? [{ set: [], remove: dropped, before: [], metrics: [] }] : []),
  ];
}

/** What an older version applied without keeping its steps. */
function changesOfPresent(proposal: Proposal, present: readonly Tunnel[]): StepChange[] {
  const set = present.filter(({ proposalId }) => proposalId === proposal.id);
  return set.length > 0 ? [{ set, remove: [], before: [], metrics: [] }] : [];
}

export function ownDemands({ id }: Proposal, present: readonly Tunnel[]): string[] {
  return present.filter(({ proposalId }) => proposalId === id).map(({ demand }) => demand);
}

/** Going back, a demand returns to another proposal's tunnel, never to an earlier revision's of its own. */
function othersTunnels({ id }: Proposal, present: readonly Tunnel[], demands: readonly string[]): Tunnel[] {
  const asked = new Set(demands);
  return present.filter(({ demand, proposalId }) => proposalId !== id && asked.has(demand));
}
