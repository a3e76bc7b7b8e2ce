import { type Static, Type } from 'typebox';
import { nullable } from '../core/schema.ts';
import { buildTwin, type Twin } from '../twin/twin.ts';
import { type Change, ChangeSchema, type Situation, withChange } from './change.ts';
import { figuresOf } from './engine/figures.ts';
import { type PlanInput, type PlanOutcome, ProofSchema } from './plan.ts';
import { planReroutes } from './planner.ts';
import { isOpen, type Proposal, ProposalSchema } from './proposal.ts';
import { remeasured } from './remeasure.ts';
import { tunnelsAfter } from './tunnels-after.ts';

/** How the network does, by the model. */
export const FiguresSchema = Type.Object({
  mlu: Type.Number({ description: 'highest utilisation of an open arc' }),
  mluArc: nullable(Type.String({ description: 'the arc that has it; null when no arc is open' })),
  overloadBps: Type.Number({ description: 'sum over arcs of load above limit x capacity' }),
  lostBps: Type.Number({ description: 'traffic that no way is left for' }),
});
export type Figures = Static<typeof FiguresSchema>;

const FATES = ['created', 'revised', 'closed'] as const;

export const WhatIfProposalSchema = Type.Object({
  fate: Type.Enum(FATES, { description: 'what the plan would do with it' }),
  ...Type.Pick(ProposalSchema, ['id', 'kind', 'cause', 'links', 'moves', 'cuts', 'why', 'expectedSavingBps'])
    .properties,
});

export const ArcLoadSchema = Type.Object({
  arc: Type.String(),
  capacityBps: Type.Number({ description: 'with the change' }),
  nowBps: Type.Number(),
  beforeBps: Type.Number({ description: 'with the change, before any move' }),
  afterBps: Type.Number({ description: 'with the change and all moves' }),
  utilisation: Type.Number({ description: 'afterBps / capacityBps' }),
});
export type ArcLoad = Static<typeof ArcLoadSchema>;

export const WhatIfSchema = Type.Object({
  atMs: Type.Number({ description: 'time of the snapshot the answer starts from' }),
  demandSource: Type.String(),
  change: ChangeSchema,
  failedLinks: Type.Array(Type.String()),
  drainedArcs: Type.Array(Type.String()),
  refused: nullable(Type.Object({ code: Type.String(), reason: Type.String() })),
  now: FiguresSchema,
  before: FiguresSchema,
  after: FiguresSchema,
  proposals: Type.Array(WhatIfProposalSchema),
  kept: Type.Array(Type.String(), { description: 'proposals that stand and would not change' }),
  movedBps: Type.Number(),
  proofs: Type.Array(ProofSchema),
  loads: Type.Array(ArcLoadSchema, { description: 'the fullest arcs, by utilisation after the moves' }),
});
export type WhatIf = Static<typeof WhatIfSchema>;

/**
 * What the job would plan if the network were as the change says, by the very code of the job. Pure: nothing is
 * written, nothing is applied. `top` is the number of arcs whose loads are told. Throws INVALID_INPUT for unknown ids.
 */
export function whatIf(situation: Situation, change: Change, top: number): WhatIf {
  const now = twinOf(situation);
  const { failedLinks, drainedArcs, ...imagined } = withChange(situation, change);
  const before = twinOf(imagined);
  const limit = imagined.input.limits.utilisationLimit;
  const links = remeasured(now, before, limit, imagined.input.atMs);
  const input = { ...imagined.input, links };
  const outcome = planReroutes(imagined.network, input, 'request');
  const after = twinOf({ ...imagined, input: { ...input, tunnels: tunnelsAfter(input, outcome) } });
  const { refused, kept, movedBps, proofs } = outcome.plan;
  return {
    ...{ atMs: input.atMs, demandSource: input.demands.source, change, failedLinks: [...failedLinks] },
    drainedArcs: [...drainedArcs],
    refused,
    now: figures(now, limit),
    before: figures(before, limit),
    after: figures(after, limit),
    proposals: outcome.changed.map((proposal) => shown(proposal, outcome)),
    ...{ kept, movedBps, proofs },
    loads: fullest(now, before, after, top),
  };
}

function twinOf({ network, input }: { network: Situation['network']; input: PlanInput }): Twin {
  const { links: states, tunnels } = input;
  return buildTwin({ network: network.network, states, demands: input.demands.demands, tunnels });
}

function figures(twin: Twin, limit: number): Figures {
  const alive = twin.closed.map((closed) => 1 - closed);
  const limits = new Float64Array(alive.length).fill(limit);
  const { mlu, overloadBps } = figuresOf({ graph: twin.graph, alive, limit: limits }, twin.loadBps);
  const { arcIds, capacityBps } = twin.graph;
  const mluArc = arcIds.find(
    (_id, arc) => alive[arc] && (twin.loadBps[arc] as number) / (capacityBps[arc] as number) === mlu,
  );
  const lostBps = twin.lost.reduce((sum, index) => sum + (twin.demands[index]?.bps ?? 0), 0);
  return { mlu, mluArc: mluArc ?? null, overloadBps, lostBps };
}

function shown(proposal: Proposal, { plan }: PlanOutcome): WhatIf['proposals'][number] {
  const { id, kind, cause, links, moves, cuts, why, expectedSavingBps } = proposal;
  const fate = !isOpen(proposal) ? 'closed' : plan.created.includes(id) ? 'created' : 'revised';
  return { fate, id, kind, cause, links, moves, cuts, why, expectedSavingBps };
}

function fullest(now: Twin, before: Twin, after: Twin, top: number): ArcLoad[] {
  const { arcIds, capacityBps } = after.graph;
  const loads = arcIds.map((id, arc): ArcLoad => {
    const [capacity, afterBps] = [capacityBps[arc] as number, after.loadBps[arc] as number];
    const bps = { nowBps: now.loadBps[arc] as number, beforeBps: before.loadBps[arc] as number, afterBps };
    return { arc: id, capacityBps: capacity, ...bps, utilisation: afterBps / capacity };
  });
  return loads.sort((x, y) => y.utilisation - x.utilisation || (x.arc < y.arc ? -1 : 1)).slice(0, top);
}
