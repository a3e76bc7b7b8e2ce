import { Command } from 'commander';
import { DetourError } from '../core/errors.ts';
import { renderDevice } from '../telemetry/snmp/device/render-device.ts';
import { pollOnce } from '../telemetry/snmp/poll-once.ts';
import { type AgentAddress, hostAndPort, wholeNumber } from './arguments.ts';
import { EXIT, type OnExit, print, printError, printJson } from './output.ts';
import { addSnmpOptions, credentialsOf, type SnmpFlags } from './snmp-flags.ts';

const SNMP_PORT = 161;

interface PollFlags extends SnmpFlags {
  readonly timeout: number;
  readonly json?: boolean;
}

/** `detour poll ADDRESS[:PORT]` */
export function pollCommand(onExit: OnExit): Command {
  const command = new Command('poll')
    .description('ask one device over SNMP v2c or v3 what it says about itself, and show it as a table')
    .argument('<address>', 'ADDRESS or ADDRESS:PORT of the SNMP agent', (text) => hostAndPort(text, SNMP_PORT));
  return addSnmpOptions(command)
    .option('--timeout <milliseconds>', 'how long to wait for an answer', wholeNumber('--timeout', 50, 60_000), 2000)
    .option('--json', 'print one detour-device/1 object')
    .addHelpText('after', '\nExit code: 0 the device answered, 3 it did not, 2 the call was wrong.')
    .action(async (target: AgentAddress, flags: PollFlags) => {
      onExit(await poll(target, flags));
    });
}

async function poll({ host, port }: AgentAddress, flags: PollFlags): Promise<number> {
  try {
    const credentials = await credentialsOf(flags, process.env);
    const report = await pollOnce({ address: host, port, timeoutMs: flags.timeout, ...credentials });
    if (flags.json) printJson(report);
    else print(renderDevice(report));
    return EXIT.ok;
  } catch (error) {
    const code = error instanceof DetourError ? error.code : '';
    const exit = code === 'DETOUR_ERR_SNMP_CREDENTIALS' ? EXIT.badInput : EXIT.nothing;
    if (!/SNMP_(TIMEOUT|REFUSED|BAD_ANSWER|CREDENTIALS)$/.test(code)) throw error;
    printError(error, flags.json);
    return exit;
  }
}
