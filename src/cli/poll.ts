import { Command, Option } from 'commander';
import { DetourError } from '../core/errors.ts';
import { resolveCredentials, Secret } from '../telemetry/snmp/credentials.ts';
import { pollOnce } from '../telemetry/snmp/poll-once.ts';
import { renderDevice } from '../telemetry/snmp/render-device.ts';
import { type AgentAddress, hostAndPort, wholeNumber } from './arguments.ts';
import { EXIT, type OnExit, print, printError, printJson } from './output.ts';

const SNMP_PORT = 161;

interface PollFlags {
  readonly community?: string;
  readonly credentials?: string;
  readonly timeout: number;
  readonly json?: boolean;
}

/** `detour poll ADDRESS[:PORT]` */
export function pollCommand(onExit: OnExit): Command {
  return new Command('poll')
    .description('ask one device over SNMP v2c what it says about itself, and show it as a table')
    .argument('<address>', 'ADDRESS or ADDRESS:PORT of the SNMP agent', (text) => hostAndPort(text, SNMP_PORT))
    .addOption(
      new Option(
        '--community <text>',
        'community string; others on this machine can see it while the command runs',
      ).conflicts('credentials'),
    )
    .option('--credentials <reference>', 'where the community string is: env:NAME or file:PATH')
    .option('--timeout <milliseconds>', 'how long to wait for an answer', wholeNumber('--timeout', 50, 60_000), 2000)
    .option('--json', 'print one detour-device/1 object')
    .addHelpText('after', '\nExit code: 0 the device answered, 3 it did not, 2 the call was wrong.')
    .action(async (target: AgentAddress, flags: PollFlags) => {
      onExit(await poll(target, flags));
    });
}

async function poll({ host, port }: AgentAddress, flags: PollFlags): Promise<number> {
  const community = await communityOf(flags);
  try {
    const report = await pollOnce({ address: host, port, community, timeoutMs: flags.timeout });
    if (flags.json) printJson(report);
    else print(renderDevice(report));
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof DetourError) || !/SNMP_(TIMEOUT|BAD_ANSWER)/.test(error.code)) throw error;
    printError(error);
    return EXIT.nothing;
  }
}

async function communityOf({ community, credentials }: PollFlags): Promise<Secret> {
  if (credentials !== undefined) return resolveCredentials(credentials, { env: process.env });
  return new Secret(community ?? 'public');
}
