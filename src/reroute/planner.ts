import { createHash } from 'node:crypto';
import type { NetworkIndex } from '../../topology/model.ts';
import { contentHash } from '../core/ids.ts';
import { formatDuration, formatRatio } from '../core/units.ts';
import { buildTwin, type Twin } from '../twin/twin.ts';
import { adoptStanding } from './adopt.ts';
import { Board } from './board.ts';
import { assessLinks, type Condition } from './condition.ts';
import { maxAgeOf } from './demands-in-use.ts';
import { investigate } from './investigate.ts';
import { keptTunnels } from './kept-tunnels.ts';
import { type Closing, closeWhatIsOver } from './lifecycle.ts';
import { withMetrics } from './metrics/plan-metrics.ts';
import { optimal } from './optimal.ts';
import type { PlanInput, PlanOutcome, PlanTrigger } from './plan.ts';
import { isInForce, type Proposal } from './proposal.ts';
import { type Reconciled, reconcile } from './reconcile.ts';
import type { Problem, Solver } from './solver.ts';
import { MoveBudget } from './stability/budget.ts';
import { dampedLinks } from './stability/flaps.ts';
import { rationMoves } from './stability/ration.ts';
import { withSteps } from './step-order.ts';
import { withSuperseded } from './superseded.ts';
import { movedByDraft, writeUp } from './write-up.ts';

/** Names of a plan; a run that is repeated brings its own, so that it does not become a second plan. */
export interface PlanIds {
  readonly planId: string;
  readonly inputId: string;
}

/**
 * The id under which an input is kept (by its text as it stands: sorting the keys of thousands of demands would take
 * longer than the plan), and the plan's id where nothing else names it.
 */
export function planIdsOf(input: PlanInput): PlanIds {
  const inputId = `i-${createHash('sha256').update(JSON.stringify(input)).digest('hex').slice(0, 16)}`;
  return { inputId, planId: `p-${contentHash({ inputId }, 16)}` };
}

/**
 * One plan, pure: the same input gives the same outcome. What is bad is found from the link states, the traffic that
 * is concerned from the twin; `solver` finds its ways. Refusals are values (`plan.refused`), and nothing is proposed,
 * kept or closed then.
 */
export function planReroutes(
  network: NetworkIndex,
  input: PlanInput,
  trigger: PlanTrigger,
  ids: PlanIds = planIdsOf(input),
  solver: Solver = optimal,
): PlanOutcome {
  const twin = buildTwin({
    network: network.network,
    states: input.links,
    demands: input.demands.demands,
    tunnels: input.tunnels,
  });
  const condition = assessLinks(network, twin, input.limits.utilisationLimit);
  const head = planHead(input, trigger, ids, condition);
  const refused = refusal(network, input, condition);
  if (refused) return { plan: { ...head, ...NOTHING, refused }, changed: [] };
  const board = new Board(twin);
  const damped = dampedLinks(input);
  const atRisk = new Map((input.atRisk ?? []).map(({ linkId, reason }) => [linkId, reason]));
  const isAvoided = (link: string): boolean => damped.has(link) || atRisk.has(link);
  const shunned = condition.shunned.map((mark, arc) => (mark || isAvoided(twin.linkOf[arc] as string) ? 1 : 0));
  const problem = { board, condition: { ...condition, shunned, atRisk }, limits: input.limits };
  const { budget, closed, standing } = whatStands(problem, input);
  const dropped = adoptStanding(problem, standing, input.tunnels);
  const before = board.decisions();
  const drafts = investigate({ network, input, problem, solver, standing });
  rationMoves(problem, drafts.all(), before, budget);
  const kept = keptTunnels(problem, input, standing, drafts.all());
  const findings = drafts.all().map((draft) => writeUp(network, problem, draft));
  const result = reconcile(input, ids.planId, findings, input.anew === undefined ? standing : [], { dropped, kept });
  const carriedOut = (proposal: Proposal): Proposal => realised(input, problem, withSteps(problem, proposal));
  const all = {
    ...result,
    created: result.created.map(carriedOut),
    ...leaveInForce(input, result.revised.map(carriedOut), result.kept),
    closed: withSuperseded([...closed, ...result.closed], [...result.created, ...result.revised, ...result.kept]),
  };
  const mlu = { before: mluOf(twin), after: board.mlu() };
  const movedSum = drafts.all().reduce((sum, draft) => sum + movedByDraft(problem, draft), 0);
  return {
    plan: { ...head, ...idsOf(all), refused: null, mlu, movedBps: movedSum, proofs: drafts.proofs },
    changed: [...all.created, ...all.revised, ...all.closed],
  };
}

/** What of the open proposals stands in this plan. A look at one of them ends no other, and does not count its moves. */
function whatStands(problem: Problem, input: PlanInput): Closing & { readonly budget: MoveBudget } {
  if (input.anew === undefined) {
    const budget = new MoveBudget(input);
    return { budget, ...closeWhatIsOver(problem, input, budget) };
  }
  const standing = input.open.filter(({ id }) => id !== input.anew);
  return { budget: new MoveBudget({ ...input, open: standing }), closed: [], standing };
}

/** Where only metrics can be set: the proposal as such, or, where none help, as it is with the reason. */
function realised(input: PlanInput, problem: Problem, proposal: Proposal): Proposal {
  if (input.realisation !== 'metrics' || proposal.kind !== 'reroute') return proposal;
  return withMetrics(problem, input.open, proposal);
}

/**
 * A revision that no metrics can make takes the place of nothing: what is in force stays as it stands. Loads from before a
 * change, which are all that is known right after it, make plans look for more where nothing is left to do.
 */
function leaveInForce({ open }: PlanInput, revisions: readonly Proposal[], kept: readonly Proposal[]) {
  const inForce = new Map(open.filter(isInForce).map((proposal) => [proposal.id, proposal]));
  const isLeft = ({ id, heldBack }: Proposal): boolean => heldBack !== undefined && inForce.has(id);
  return {
    revised: revisions.filter((revision) => !isLeft(revision)),
    kept: [...kept, ...revisions.filter(isLeft).map(({ id }) => inForce.get(id) as Proposal)],
  };
}

const NOTHING = { created: [], kept: [], revised: [], closed: [], mlu: null, movedBps: 0, proofs: [] };

function planHead(input: PlanInput, trigger: PlanTrigger, ids: PlanIds, condition: Condition) {
  return {
    id: ids.planId,
    inputId: ids.inputId,
    trigger,
    atMs: input.atMs,
    badLinks: [...new Set([...condition.unhealthyLinks, ...condition.downLinks])].sort(),
    staleLinks: [...condition.staleLinks],
    demandSource: input.demands.source,
  };
}

function idsOf(result: Reconciled) {
  const ids = (proposals: readonly { readonly id: string }[]) => proposals.map((proposal) => proposal.id).sort();
  return {
    created: ids(result.created),
    kept: ids(result.kept),
    revised: ids(result.revised),
    closed: ids(result.closed),
  };
}

function mluOf(twin: Twin): number {
  return new Board(twin).mlu();
}

/** Why nothing is planned; null when the view is good enough. */
function refusal(
  network: NetworkIndex,
  input: PlanInput,
  condition: Condition,
): { code: string; reason: string } | null {
  const { limits, demands } = input;
  const links = network.network.links.length;
  const stale = condition.staleLinks.length;
  if (links === 0) return { code: 'NO_LINKS', reason: 'the network has no links' };
  if (input.links.every((state) => state.receivedAtMs === null)) {
    return { code: 'NO_VIEW_YET', reason: 'waiting for the first samples' };
  }
  if (stale > limits.maxStaleShare * links) {
    const share = `${formatRatio(stale / links)} of the links (${stale} of ${links})`;
    return {
      code: 'VIEW_LOST',
      reason: `${share} are stale, more than ${formatRatio(limits.maxStaleShare)}: nothing is planned`,
    };
  }
  const ageMs = demands.atMs === null ? 0 : input.atMs - demands.atMs;
  const maxAgeMs = maxAgeOf(demands, limits.maxDemandAgeMs);
  if (ageMs > maxAgeMs) {
    const allowed = formatDuration(maxAgeMs);
    return { code: 'DEMANDS_TOO_OLD', reason: `the demands are ${formatDuration(ageMs)} old, more than ${allowed}` };
  }
  return null;
}
