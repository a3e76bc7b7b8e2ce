import { formatBps } from '../core/units.ts';
import type { Plan } from '../reroute/plan.ts';
import type { Proposal } from '../reroute/proposal.ts';
import { ask, ownAddress } from './ask.ts';
import { EXIT, print, printJson, table } from './output.ts';

export interface ServiceFlags {
  readonly url?: string;
  readonly json?: boolean;
}

/** Has a running service plan now, and shows what it proposes. Returns the exit code. */
export async function planByService({ url = ownAddress(), json }: ServiceFlags): Promise<number> {
  const plan = (await ask(url, '/api/v1/plans', 'POST')) as Plan;
  const { items } = (await ask(url, '/api/v1/reroutes?limit=1000', 'GET')) as { items: Proposal[] };
  if (json) printJson({ plan, proposals: items });
  else print(describe(plan, items));
  return items.length > 0 ? EXIT.ok : EXIT.nothing;
}

function describe(plan: Plan, proposals: readonly Proposal[]): string {
  if (plan.refused) return `nothing was planned: ${plan.refused.reason}`;
  const { mlu, badLinks, elapsedMs } = plan;
  const head = [
    `plan ${plan.id} in ${elapsedMs.toFixed(0)} ms: ${badLinks.length} bad links (${badLinks.join(', ') || 'none'})`,
    ...(mlu ? [`highest utilisation ${percent(mlu.before)} before, ${percent(mlu.after)} after`] : []),
  ];
  return [...head, ...proposals.map(describeProposal)].join('\n\n');
}

function describeProposal(proposal: Proposal): string {
  const head = `${proposal.id}  ${proposal.status}  ${proposal.kind}\n${proposal.why.summary}`;
  const cuts = proposal.cuts.map(({ reason }) => `  no way: ${reason}`);
  const moves = table(proposal.moves, [
    { title: '  demand', cell: ({ demand }) => `  ${demand}` },
    { title: 'traffic', right: true, cell: ({ bps }) => formatBps(bps) },
    {
      title: 'new path',
      cell: ({ to }) => to.map((path) => `${percent(path.share)} ${path.arcs.join(' ')}`).join(' | '),
    },
    { title: 'latency ms', right: true, cell: ({ latencyMs }) => latencyMs.after.toFixed(1) },
    { title: 'fullest arc', cell: ({ worstHeadroom }) => `${worstHeadroom.arc} ${percent(worstHeadroom.utilisation)}` },
  ]);
  return [head, ...cuts, ...(proposal.moves.length > 0 ? [moves] : [])].join('\n');
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(0)} %`;
}
