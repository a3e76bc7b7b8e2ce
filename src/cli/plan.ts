import { Command } from 'commander';
import { decimal, list, wholeNumber } from './arguments.ts';
import type { OnExit } from './output.ts';
import { type OfflineFlags, planOffline } from './plan-offline.ts';
import { type ReplayFlags, replayByService } from './plan-replay.ts';
import { planByService, type ServiceFlags } from './plan-service.ts';

/** `detour plan`: a plan for a network file; without one, have a running service plan now. */
export function planCommand(onExit: OnExit): Command {
  return new Command('plan')
    .description('plan reroutes for a network file with proof (--network), or have a running service plan now')
    .option('--network <file>', 'network file, or the name of a shipped network: plan offline')
    .option('--demands <file>', 'demands file (detour-demands/1); with paths where demands run in tunnels')
    .option('--fail <ids>', 'links, nodes or shared-risk groups that are gone, by comma', list)
    .option('--avoid <ids>', 'links or single arcs (LINK:az) that traffic should leave', list)
    .option('--relieve <ids>', 'links or arcs to bring below their limit, or "auto": all above it', list)
    .option('--stale <ids>', 'links or arcs that nothing is known of: they get no new traffic', list)
    .option('--keep <ids>', 'demands that stay where they are', list)
    .option('--base <base>', 'igp: the IGP has found its way round; pinned: paths stay, broken or not')
    .option('--realise <how>', 'explicit: tunnels with shares; metrics: IGP metric changes', 'explicit')
    .option('--limit <ratio>', 'highest utilisation wanted', decimal('--limit', 0.01, 10), 0.8)
    .option('--max-extra <number>', 'unaffected demands that may move too', wholeNumber('--max-extra', 0, 1000), 5)
    .option('--no-explain', 'leave out why each demand moves')
    .option('--replay <id>', 'have a running service make a stored plan again and compare')
    .option('--url <address>', 'address of the service (default: by DETOUR_HOST and DETOUR_PORT)')
    .option('--json', 'print one JSON object: detour-plan/1, or what the service planned')
    .addHelpText(
      'after',
      '\nExit code: 0 there is something to do, 3 nothing can be improved, 2 wrong input, 1 it failed.',
    )
    .action(async (flags: OfflineFlags & ServiceFlags & Partial<ReplayFlags>) => {
      const { replay } = flags;
      if (replay !== undefined) onExit(await replayByService({ ...flags, replay }));
      else onExit(flags.network === undefined ? await planByService(flags) : await planOffline(flags));
    });
}
