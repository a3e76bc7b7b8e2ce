import { loadDemands, loadNetwork } from '../../topology/files.ts';
import type { DetourPlan, PlanPath } from '../../topology/formats/detour-plan.ts';
import type { Demand, Network } from '../../topology/model.ts';
import { DetourError } from '../core/errors.ts';
import { formatBps } from '../core/units.ts';
import { describePlan } from '../reroute/engine/describe-plan.ts';
import { makePlan } from '../reroute/engine/plan.ts';
import { EXIT, print, printJson, table } from './output.ts';

export interface OfflineFlags {
  readonly network?: string;
  readonly demands?: string;
  readonly fail?: readonly string[];
  readonly avoid?: readonly string[];
  readonly relieve?: readonly string[];
  readonly stale?: readonly string[];
  readonly keep?: readonly string[];
  readonly base?: string;
  readonly realise: string;
  readonly limit: number;
  readonly maxExtra: number;
  readonly explain: boolean;
  readonly json?: boolean;
}

/** Most moves that are shown; JSON has all. */
const SHOWN = 40;

/** Plans for a network file. Returns the exit code: 0 with a plan, 3 where nothing can be improved. */
export async function planOffline(flags: OfflineFlags): Promise<number> {
  const { network, warnings } = await loadNetwork(flags.network as string);
  const demands = await demandsFor(flags, network);
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  const plan = await makePlan({
    network,
    demands,
    failed: flags.fail ?? [],
    avoid: flags.avoid ?? [],
    stale: flags.stale ?? [],
    keep: flags.keep ?? [],
    relieve: relieveOf(flags),
    base: flags.base === undefined ? null : oneOf('base', flags.base, ['igp', 'pinned'] as const),
    realise: oneOf('realise', flags.realise, ['explicit', 'metrics'] as const),
    limit: flags.limit,
    maxExtraMoves: flags.maxExtra,
    explain: flags.explain,
  });
  if (flags.json) printJson(plan);
  else print(shown(plan, demands));
  return plan.moves.length + plan.metricChanges.length > 0 ? EXIT.ok : EXIT.nothing;
}

/** Without a demands file nothing is known of the traffic, so nothing can be moved; that is said, not guessed. */
async function demandsFor({ demands }: OfflineFlags, network: Network): Promise<readonly Demand[]> {
  if (demands !== undefined) return (await loadDemands(demands, network)).demands;
  process.stderr.write(
    'warning: nothing is known of the traffic, so there is nothing to move; name it with --demands FILE\n',
  );
  return [];
}

function relieveOf({ relieve }: OfflineFlags): 'auto' | readonly string[] {
  return relieve === undefined || (relieve.length === 1 && relieve[0] === 'auto') ? 'auto' : relieve;
}

function oneOf<T extends string>(field: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((item) => item === value);
  if (found !== undefined) return found;
  throw new DetourError('INVALID_INPUT', `${field}: must be one of ${allowed.join(', ')}, got "${value}"`, {
    field,
    value,
  });
}

function shown(plan: DetourPlan, demands: readonly Demand[]): string {
  const bpsOf = new Map(demands.map(({ id, bps }) => [id, bps]));
  const stepOf = new Map(plan.steps.flatMap((step, at) => step.map((id) => [id, at + 1] as const)));
  const moves = table(plan.moves.slice(0, SHOWN), [
    { title: 'step', right: true, cell: ({ demand }) => String(stepOf.get(demand) ?? '-') },
    { title: 'demand', cell: ({ demand, extra }) => (extra ? `${demand} (extra)` : demand) },
    { title: 'traffic', right: true, cell: ({ demand }) => formatBps(bpsOf.get(demand) ?? null) },
    { title: 'from', cell: ({ from }) => ways(from) },
    { title: 'to', cell: ({ to }) => ways(to) },
  ]);
  const rest = plan.moves.length - SHOWN;
  const more = rest > 0 ? [`... and ${rest} more (--json has all)`] : [];
  return [describePlan(plan).join('\n'), ...(plan.moves.length > 0 ? [moves] : []), ...more].join('\n\n');
}

function ways(paths: readonly PlanPath[]): string {
  const [first, second] = paths;
  const named = [first, second].filter((path) => path !== undefined).map(way);
  return paths.length > 2 ? `${named.join(' | ')} | +${paths.length - 2}` : named.join(' | ');
}

function way({ share, arcs }: PlanPath): string {
  const part = share > 1 - 1e-9 ? '' : `${(share * 100).toFixed(0)} % `;
  return part + (arcs.length <= 6 ? arcs.join(' ') : `${arcs.slice(0, 3).join(' ')} .. ${arcs.at(-1)}`);
}
