import { Command, InvalidArgumentError } from 'commander';
import { ACCESS_ROLES } from '../core/access.ts';
import { DetourError } from '../core/errors.ts';
import type { Guardrails } from '../reroute/guardrails.ts';
import { decimal, list } from './arguments.ts';
import { EXIT, type OnExit, print, printJson, table } from './output.ts';
import { addServiceOptions, ask, type ServiceOptions } from './service-options.ts';

/** `detour guardrails`: what changes are held to, and the kill switch. */
export function guardrailsCommand(_onExit: OnExit): Command {
  const command = new Command('guardrails').description('what changes are held to, and the kill switch');
  addServiceOptions(command.command('show', { isDefault: true }).description('guardrails as they are set')).action(
    async (flags: ServiceOptions) => show(flags, await ask(flags, '/api/v1/guardrails', 'GET')),
  );
  addServiceOptions(
    command.command('set <settings...>').description('NAME=VALUE, values as JSON: maxPerHour=20 mode=auto approvals=2'),
  )
    .requiredOption('--reason <text>', 'why, for the audit (required)')
    .addHelpText('after', settingsText())
    .action(async (settings: string[], flags: ServiceOptions & { reason: string }) => {
      const body = { ...Object.fromEntries(settings.map(setting)), reason: flags.reason };
      show(flags, await ask(flags, '/api/v1/guardrails', 'PUT', body));
    });
  for (const [name, words] of [
    ['kill', 'stop all automatic changes at once'],
    ['release', 'allow automatic changes again'],
  ] as const) {
    addServiceOptions(command.command(name).description(words))
      .requiredOption('--reason <text>', 'why, for the audit (required)')
      .action(async (flags: ServiceOptions & { reason: string }) =>
        show(flags, await ask(flags, `/api/v1/guardrails/${name}`, 'POST', { reason: flags.reason })),
      );
  }
  return command;
}

function show({ json }: ServiceOptions, answer: unknown): void {
  if (json) printJson(answer);
  else for (const [name, value] of Object.entries(Object(answer))) print(`${name}: ${JSON.stringify(value)}`);
}

/** The names that `set` takes; GET /api/v1/guardrails shows the shape of each. */
const SETTINGS: Readonly<Record<Exclude<keyof Guardrails, 'killSwitch'>, string>> = {
  mode: 'auto, manual, or null: as configured',
  scopes: 'modes of their own for causes within some links',
  maxAtOnce: 'changes under way or not yet verified',
  maxPerHour: 'automatic changes within an hour',
  maxMovedShare: 'share (0 to 1) of all traffic that one automatic change may move',
  minGainBps: 'what an automatic change must save, bit/s',
  holdDownSeconds: 'no automatic change for links whose last one failed or did harm',
  approvals: 'people who must approve: 1 or 2',
  freezeWindows: 'when nothing is applied',
  changeWindows: 'where there are any, changes are made within them only',
  protectedLinks: 'no traffic is moved onto or off these',
  protectedDemands: 'these are not moved',
};

function settingsText(): string {
  const lines = Object.entries(SETTINGS).map(([name, meaning]) => `  ${name.padEnd(18)}${meaning}`);
  return `\nSettings:\n${lines.join('\n')}`;
}

/** `NAME=JSON`; what is no JSON is a text. */
function setting(text: string): [string, unknown] {
  const [, name, value] = /^([A-Za-z]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new DetourError('INVALID_INPUT', `settings: must be NAME=VALUE, got ${text}`, { field: 'settings' });
  try {
    return [name, JSON.parse(value) as unknown];
  } catch {
    return [name, value];
  }
}

interface AuditItem {
  readonly atMs: number;
  readonly by: string;
  readonly action: string;
  readonly subjectId: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string | null;
}

/** `detour audit`: who decided what, when and why. */
export function auditCommand(onExit: OnExit): Command {
  const command = new Command('audit')
    .description('who decided what, when and why, newest first')
    .option('--id <id>', 'of one proposal, window or token')
    .option('--limit <number>', 'records', '50');
  return addServiceOptions(command).action(async (flags: ServiceOptions & { id?: string; limit: string }) => {
    const about = flags.id === undefined ? '' : `&id=${encodeURIComponent(flags.id)}`;
    const path = `/api/v1/audit?limit=${encodeURIComponent(flags.limit)}${about}`;
    const { items } = (await ask(flags, path, 'GET')) as { items: AuditItem[] };
    if (flags.json) printJson(items);
    else
      print(
        table(items, [
          { title: 'when', cell: ({ atMs }) => new Date(atMs).toISOString() },
          { title: 'who', cell: ({ by }) => by },
          { title: 'what', cell: ({ action, subjectId }) => `${action} ${subjectId}` },
          { title: 'status', cell: ({ from, to }) => (to === null ? '' : `${from ?? ''} > ${to}`) },
          { title: 'why', cell: ({ reason }) => (reason ?? '').slice(0, 100) },
        ]),
      );
    onExit(items.length > 0 ? EXIT.ok : EXIT.nothing);
  });
}

interface WindowItem {
  readonly id: string;
  readonly state: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly drains: readonly string[];
  readonly reason: string;
}

interface TargetFlags extends ServiceOptions {
  readonly links?: string[];
  readonly nodes?: string[];
  readonly srlgs?: string[];
}

/** `detour maintenance`: drains that begin and end by themselves. */
export function maintenanceCommand(onExit: OnExit): Command {
  const command = new Command('maintenance').description('drain links, nodes or shared-risk groups for a time');
  addServiceOptions(command.command('list', { isDefault: true }).description('windows, newest first')).action(
    async (flags: ServiceOptions) => {
      const { items } = (await ask(flags, '/api/v1/maintenance', 'GET')) as { items: WindowItem[] };
      if (flags.json) printJson(items);
      else print(items.length > 0 ? windowsText(items) : 'no maintenance');
      onExit(items.length > 0 ? EXIT.ok : EXIT.nothing);
    },
  );
  addTargets(command.command('preview').description('what a drain would do if it began now')).action(
    async ({ url, key, ...flags }: TargetFlags) => {
      printJson(await ask({ url, key }, '/api/v1/maintenance/preview', 'POST', targetsOf(flags)));
    },
  );
  addTargets(command.command('plan').description('plan a drain'))
    .option('--from <time>', 'ISO time; now when left out', time)
    .requiredOption('--to <time>', 'ISO time, as 2030-01-31T04:00:00Z (required)', time)
    .requiredOption('--reason <text>', 'what for (required)')
    .action(async (flags: TargetFlags & { from?: number; to: number; reason: string }) => {
      const body = { ...targetsOf(flags), fromMs: flags.from ?? Date.now(), toMs: flags.to, reason: flags.reason };
      const window = (await ask(flags, '/api/v1/maintenance', 'POST', body)) as WindowItem;
      if (flags.json) printJson(window);
      else print(windowsText([window]));
    });
  addServiceOptions(command.command('cancel <id>').description('end a window early; its traffic returns'))
    .requiredOption('--reason <text>', 'why (required)')
    .action(async (id: string, flags: ServiceOptions & { reason: string }) => {
      const path = `/api/v1/maintenance/${encodeURIComponent(id)}/cancel`;
      const window = (await ask(flags, path, 'POST', { reason: flags.reason })) as WindowItem;
      if (flags.json) printJson(window);
      else print(windowsText([window]));
    });
  return command;
}

function addTargets(command: Command): Command {
  return addServiceOptions(command)
    .option('--links <ids>', 'links, by comma', list)
    .option('--nodes <ids>', 'nodes, by comma', list)
    .option('--srlgs <ids>', 'shared-risk groups, by comma', list);
}

function targetsOf({ links, nodes, srlgs }: TargetFlags): Record<string, string[]> {
  return { ...(links ? { links } : {}), ...(nodes ? { nodes } : {}), ...(srlgs ? { srlgs } : {}) };
}

function time(text: string): number {
  const atMs = Date.parse(text);
  if (Number.isNaN(atMs)) throw new InvalidArgumentError(`must be a time such as 2026-01-31T22:00:00Z, got ${text}`);
  return atMs;
}

function windowsText(items: readonly WindowItem[]): string {
  return table(items, [
    { title: 'id', cell: ({ id }) => id },
    { title: 'state', cell: ({ state }) => state },
    { title: 'from', cell: ({ fromMs }) => new Date(fromMs).toISOString() },
    { title: 'to', cell: ({ toMs }) => new Date(toMs).toISOString() },
    { title: 'drains', cell: ({ drains }) => drains.join(', ').slice(0, 80) },
    { title: 'reason', cell: ({ reason }) => reason },
  ]);
}

interface TokenItem {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
  readonly token?: string | null;
}

/** `detour tokens`: who may call the service. */
export function tokensCommand(onExit: OnExit): Command {
  const command = new Command('tokens').description('who may call the service, and as what');
  addServiceOptions(command.command('list', { isDefault: true }).description('tokens, without their secrets')).action(
    async (flags: ServiceOptions) => {
      const { items } = (await ask(flags, '/api/v1/tokens', 'GET')) as { items: TokenItem[] };
      if (flags.json) printJson(items);
      else print(items.length > 0 ? tokensText(items) : 'no tokens: over loopback anybody is an admin');
      onExit(items.length > 0 ? EXIT.ok : EXIT.nothing);
    },
  );
  addServiceOptions(command.command('create <name>').description('make a token; its secret is printed this once'))
    .option('--role <role>', ACCESS_ROLES.join(', '), 'viewer')
    .option('--days <number>', 'until it expires', decimal('--days', 0.001, 3650), 90)
    .action(async (name: string, flags: ServiceOptions & { role: string; days: number }) => {
      const body = { name, role: flags.role, expiresInDays: flags.days };
      const made = (await ask(flags, '/api/v1/tokens', 'POST', body)) as TokenItem;
      if (flags.json) printJson(made);
      else print(`${tokensText([made])}\n\n${made.token}\nKeep it now: it is not shown again.`);
    });
  addServiceOptions(command.command('revoke <id>').description('end a token at once')).action(
    async (id: string, flags: ServiceOptions) => {
      const token = (await ask(flags, `/api/v1/tokens/${encodeURIComponent(id)}`, 'DELETE')) as TokenItem;
      if (flags.json) printJson(token);
      else print(tokensText([token]));
    },
  );
  return command;
}

function tokensText(items: readonly TokenItem[]): string {
  const moment = (atMs: number | null): string => (atMs === null ? '' : new Date(atMs).toISOString());
  return table(items, [
    { title: 'id', cell: ({ id }) => id },
    { title: 'name', cell: ({ name }) => name },
    { title: 'role', cell: ({ role }) => role },
    { title: 'expires', cell: ({ expiresAtMs }) => moment(expiresAtMs) },
    { title: 'revoked', cell: ({ revokedAtMs }) => moment(revokedAtMs) },
  ]);
}
