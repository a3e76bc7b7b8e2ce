import { Command } from 'commander';
import { formatBps } from '../core/units.ts';
import type { ProposalBrief } from '../reroute/proposal.ts';
import { EXIT, type OnExit, print, printJson, table } from './output.ts';
import { type Asking, addServiceOptions, ask, type ServiceOptions } from './service-options.ts';

interface Decided {
  readonly id: string;
  readonly status: string;
  readonly closedReason: string | null;
}

/** `detour reroutes`: proposals of a running service, and decisions on them. */
export function reroutesCommand(onExit: OnExit): Command {
  const command = new Command('reroutes').description(
    'proposals of a running service: list, approve, apply, take back',
  );
  const listing = command
    .command('list', { isDefault: true })
    .description('proposals that stand; with --all those that were closed in the last day too')
    .option('--all', 'with the closed ones');
  addServiceOptions(listing).action(async (flags: ServiceOptions & { all?: boolean }) => {
    const path = `/api/v1/reroutes/briefs?limit=1000&status=${flags.all ? 'all' : 'open'}`;
    const { items } = (await ask(flags, path, 'GET')) as { items: ProposalBrief[] };
    if (flags.json) printJson(items);
    else print(items.length > 0 ? listed(items) : 'no proposals');
    onExit(items.length > 0 ? EXIT.ok : EXIT.nothing);
  });
  addServiceOptions(
    command.command('commands <id>').description('the exact commands for a proposal, step by step; nothing is applied'),
  ).action(async (id: string, flags: ServiceOptions) => {
    const answer = (await ask(flags, `${pathOf(id)}/commands`, 'GET')) as CommandsAnswer;
    if (flags.json) printJson(answer);
    else print(commandsText(answer));
  });
  for (const action of ['approve', 'apply'] as const) {
    const words = { approve: 'consent to a proposal', apply: 'bring a proposal into the network, step by step' }[
      action
    ];
    addServiceOptions(command.command(`${action} <id>`).description(words)).action(
      (id: string, flags: ServiceOptions) => decide(id, action, flags),
    );
  }
  for (const action of ['rollback', 'dismiss'] as const) {
    const words = { rollback: 'take a proposal back, step by step', dismiss: 'dismiss a proposal that waits' }[action];
    addServiceOptions(command.command(`${action} <id>`).description(words))
      .requiredOption('--reason <text>', 'why, for those who come after (required)')
      .action((id: string, flags: ServiceOptions & { reason: string }) =>
        decide(id, action, flags, { reason: flags.reason }),
      );
  }
  return command;
}

async function decide(id: string, action: string, flags: Asking, body?: unknown): Promise<void> {
  const answer = (await ask(flags, `${pathOf(id)}/${action}`, 'POST', body)) as Decided;
  if (flags.json) printJson(answer);
  else print(`${answer.id} is ${answer.status}${answer.closedReason ? `: ${answer.closedReason}` : ''}`);
}

function pathOf(id: string): string {
  return `/api/v1/reroutes/${encodeURIComponent(id)}`;
}

interface CommandsAnswer {
  readonly actuator: string;
  readonly steps: readonly {
    readonly summary: string;
    readonly commands: readonly { readonly target: string; readonly lines: readonly string[] }[];
  }[];
}

function commandsText({ actuator, steps }: CommandsAnswer): string {
  const blocks = steps.map(({ summary, commands }, index) =>
    [
      `step ${index + 1}: ${summary}`,
      ...commands.flatMap(({ target, lines }) => [`  ${target}`, ...lines.map((line) => `    ${line}`)]),
    ].join('\n'),
  );
  return [`actuator ${actuator}`, ...blocks].join('\n');
}

function listed(items: readonly ProposalBrief[]): string {
  return table(items, [
    { title: 'id', cell: ({ id }) => id },
    { title: 'status', cell: ({ status }) => status },
    { title: 'cause', cell: ({ cause }) => `${cause.kind} ${cause.links.join(', ')}` },
    { title: 'moves', right: true, cell: ({ moves }) => String(moves) },
    { title: 'traffic', right: true, cell: ({ bps }) => formatBps(bps) },
    { title: 'held back', cell: ({ heldBack, closedReason }) => heldBack ?? closedReason ?? '' },
  ]);
}
