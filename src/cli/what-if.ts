import { Command, InvalidArgumentError } from 'commander';
import { formatBps, formatRatio } from '../core/units.ts';
import type { Change } from '../reroute/change.ts';
import type { Figures, WhatIf } from '../reroute/what-if.ts';
import { list, wholeNumber } from './arguments.ts';
import { ask, ownAddress } from './ask.ts';
import { EXIT, type OnExit, print, printJson, table } from './output.ts';

interface WhatIfFlags {
  readonly fail?: readonly string[];
  readonly drain?: readonly string[];
  readonly capacity?: Readonly<Record<string, number>>;
  readonly scale?: number | Readonly<Record<string, number>>;
  readonly top: number;
  readonly url?: string;
  readonly json?: boolean;
}

/** Most moves of a proposal that are shown; JSON has all. */
const SHOWN_MOVES = 20;

/** `detour what-if`: what would be planned in the live network if something were different. */
export function whatIfCommand(onExit: OnExit): Command {
  return new Command('what-if')
    .description('what a running service would plan if links failed or were drained, or capacity or traffic changed')
    .option('--fail <ids>', 'links, nodes or shared-risk groups that are gone, by comma', list)
    .option('--drain <ids>', 'links, nodes, groups or single arcs (LINK:az) that traffic should leave', list)
    .option('--capacity <sizes>', 'LINK=BPS by comma: capacity of both directions, bit/s', sizes)
    .option('--scale <factors>', 'a factor for all demands, or DEMAND=FACTOR by comma', factors)
    .option('--top <number>', 'arcs to show, the fullest first', wholeNumber('--top', 0, 100_000), 10)
    .option('--url <address>', 'address of the service (default: by DETOUR_HOST and DETOUR_PORT)')
    .option('--json', 'print one JSON object, all moves included')
    .addHelpText(
      'after',
      '\nNothing is changed. Exit code: 0 reroutes would be proposed, 3 none, 2 wrong input, 1 it failed.',
    )
    .action(async (flags: WhatIfFlags) => {
      const result = (await ask(flags.url ?? ownAddress(), '/api/v1/what-if', 'POST', bodyOf(flags))) as WhatIf;
      if (flags.json) printJson(result);
      else print(describeWhatIf(result));
      onExit(
        result.proposals.some(({ kind, fate }) => kind === 'reroute' && fate !== 'closed') ? EXIT.ok : EXIT.nothing,
      );
    });
}

function bodyOf({ fail, drain, capacity, scale, top }: WhatIfFlags): Change & { top: number } {
  return {
    ...(fail ? { fail: [...fail] } : {}),
    ...(drain ? { drain: [...drain] } : {}),
    ...(capacity ? { capacityBps: { ...capacity } } : {}),
    ...(scale === undefined ? {} : { scale: typeof scale === 'number' ? scale : { ...scale } }),
    top,
  };
}

/** `l1=4e10,l2=1e11` */
function sizes(text: string): Record<string, number> {
  return Object.fromEntries(
    list(text).map((item) => {
      // A link's name may have `=` in it, a number has none.
      const at = item.lastIndexOf('=');
      const bps = Number(item.slice(at + 1));
      if (at < 1 || item.endsWith('=') || !Number.isFinite(bps)) {
        throw new InvalidArgumentError(`must be NAME=NUMBER, got "${item}"`);
      }
      return [item.slice(0, at), bps];
    }),
  );
}

function factors(text: string): number | Record<string, number> {
  if (text.includes('=')) return sizes(text);
  const factor = Number(text);
  if (text.trim() === '' || !Number.isFinite(factor)) throw new InvalidArgumentError(`must be a number, got "${text}"`);
  return factor;
}

/** For people: the figures in three columns, then what would be proposed, then the fullest arcs. */
export function describeWhatIf(result: WhatIf): string {
  const blocks = [headOf(result), figuresTable(result)];
  if (result.refused) blocks.push(`nothing would be planned: ${result.refused.reason}`);
  else if (result.proposals.length === 0) blocks.push('nothing would be proposed');
  blocks.push(...result.proposals.map(proposalText));
  blocks.push(...result.proofs.map(({ summary }) => `proof: ${summary}`));
  if (result.loads.length > 0) blocks.push(loadsTable(result));
  return blocks.join('\n\n');
}

function headOf({ failedLinks, drainedArcs, change, demandSource, kept }: WhatIf): string {
  const parts = [
    ...(failedLinks.length > 0 ? [`failed: ${some(failedLinks)}`] : []),
    ...(drainedArcs.length > 0 ? [`drained: ${some(drainedArcs)}`] : []),
    ...Object.entries(change.capacityBps ?? {}).map(([link, bps]) => `${link} has ${formatBps(bps)}`),
    ...(typeof change.scale === 'number' ? [`traffic x ${change.scale}`] : []),
    ...(typeof change.scale === 'object' ? [`${Object.keys(change.scale).length} demand(s) scaled`] : []),
  ];
  const standing = kept.length > 0 ? `, ${kept.length} proposal(s) stand as they are` : '';
  return `what if ${parts.join('; ') || 'nothing changed'}  (demands: ${demandSource}${standing})`;
}

function some(ids: readonly string[]): string {
  return ids.length > 8 ? `${ids.slice(0, 8).join(' ')} and ${ids.length - 8} more` : ids.join(' ');
}

function figuresTable({ now, before, after }: WhatIf): string {
  const row = (title: string, cell: (figures: Figures) => string) => ({ title, cells: [now, before, after].map(cell) });
  const rows = [
    row('highest utilisation', ({ mlu }) => formatRatio(mlu)),
    row('on', ({ mluArc }) => mluArc ?? '-'),
    row('above the limit', ({ overloadBps }) => formatBps(overloadBps)),
    row('without a way', ({ lostBps }) => formatBps(lostBps)),
  ];
  return table(rows, [
    { title: '', cell: ({ title }) => title },
    { title: 'now', right: true, cell: ({ cells }) => cells[0] ?? '' },
    { title: 'with the change', right: true, cell: ({ cells }) => cells[1] ?? '' },
    { title: 'and the moves', right: true, cell: ({ cells }) => cells[2] ?? '' },
  ]);
}

function proposalText({ fate, kind, moves, cuts, why }: WhatIf['proposals'][number]): string {
  const head = `would be ${fate}: ${kind}\n${why.summary}`;
  const lines = cuts.map(({ reason }) => `  no way: ${reason}`);
  const shown = table(moves.slice(0, SHOWN_MOVES), [
    { title: '  demand', cell: ({ demand }) => `  ${demand}` },
    { title: 'traffic', right: true, cell: ({ bps }) => formatBps(bps) },
    { title: 'new path', cell: ({ to }) => to.map(way).join(' | ') },
    { title: 'fullest arc', cell: ({ worstHeadroom: { arc, utilisation } }) => `${arc} ${formatRatio(utilisation)}` },
  ]);
  const rest = moves.length > SHOWN_MOVES ? [`  ... and ${moves.length - SHOWN_MOVES} more (--json has all)`] : [];
  return [head, ...lines, ...(moves.length > 0 && fate !== 'closed' ? [shown, ...rest] : [])].join('\n');
}

/** A path in the width of a line; JSON has it whole. */
function way({ share, arcs }: { readonly share: number; readonly arcs: readonly string[] }): string {
  const part = share > 1 - 1e-9 ? '' : `${formatRatio(share)} `;
  return part + (arcs.length <= 5 ? arcs.join(' ') : `${arcs.slice(0, 3).join(' ')} .. ${arcs.at(-1)}`);
}

function loadsTable({ loads }: WhatIf): string {
  return table(loads, [
    { title: 'arc', cell: ({ arc }) => arc },
    { title: 'capacity', right: true, cell: ({ capacityBps }) => formatBps(capacityBps) },
    { title: 'now', right: true, cell: ({ nowBps }) => formatBps(nowBps) },
    { title: 'with the change', right: true, cell: ({ beforeBps }) => formatBps(beforeBps) },
    { title: 'and the moves', right: true, cell: ({ afterBps }) => formatBps(afterBps) },
    { title: 'utilisation', right: true, cell: ({ utilisation }) => formatRatio(utilisation) },
  ]);
}
