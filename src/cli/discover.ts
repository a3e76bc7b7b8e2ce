import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { NETWORK_FORMAT, validateNetwork } from '../../topology/formats/detour-network.ts';
import { parseJson } from '../../topology/formats/json.ts';
import { DetourError, messageOf } from '../core/errors.ts';
import { type Discovery, discover } from '../telemetry/snmp/discovery/discover.ts';
import { renderDiscovery } from '../telemetry/snmp/discovery/render-discovery.ts';
import type { NetworkJson } from '../telemetry/snmp/discovery/to-network.ts';
import { type AgentAddress, hostAndPort, wholeNumber } from './arguments.ts';
import { EXIT, type OnExit, print, printError, printJson, writeOutput } from './output.ts';
import { addSnmpOptions, credentialsOf, type SnmpFlags } from './snmp-flags.ts';

const SNMP_PORT = 161;

interface DiscoverFlags extends SnmpFlags {
  readonly seed: AgentAddress;
  readonly within: readonly string[];
  readonly name: string;
  readonly network?: string;
  readonly out?: string;
  readonly timeout: number;
  readonly maxDevices: number;
  readonly maxDepth: number;
  readonly maxSeconds: number;
  readonly json?: boolean;
}

/** `detour discover --seed ADDRESS[:PORT]` */
export function discoverCommand(onExit: OnExit): Command {
  const command = new Command('discover')
    .description('walk a network from one device by LLDP, CDP, OSPF, IS-IS and shared subnets, and write it down')
    .requiredOption('--seed <address>', 'ADDRESS or ADDRESS:PORT of the first device', (text) =>
      hostAndPort(text, SNMP_PORT),
    )
    .option(
      '--within <prefix>',
      'never ask an address outside this prefix; may be given again (the /16 around the seed)',
      (prefix: string, all: readonly string[]) => [...all, prefix],
      [] as readonly string[],
    )
    .option('--network <file>', 'the present network file: says what is different, and keeps what is its own')
    .option('--name <name>', 'name of a new network', 'discovered')
    .option('--out <file>', 'write the network there (detour-network/1)');
  return addSnmpOptions(command)
    .option('--timeout <milliseconds>', 'how long to wait for an answer', wholeNumber('--timeout', 50, 60_000), 2000)
    .option('--max-devices <number>', 'stop there', wholeNumber('--max-devices', 1, 100_000), 500)
    .option('--max-depth <number>', 'steps from the seed', wholeNumber('--max-depth', 0, 1000), 32)
    .option('--max-seconds <number>', 'time for all of it', wholeNumber('--max-seconds', 1, 86_400), 300)
    .option('--json', 'print one detour-network/1 object, with the diff and what was not reached beside it')
    .addHelpText(
      'after',
      '\nThe credentials are sent to every address on the way that is within the prefixes.\nExit code: 0 done, 3 the seed did not answer, 2 the call was wrong.',
    )
    .action(async (flags: DiscoverFlags) => {
      onExit(await run(flags));
    });
}

async function run(flags: DiscoverFlags): Promise<number> {
  try {
    const found = await discover({
      seed: flags.seed.host,
      port: flags.seed.port,
      agent: await credentialsOf(flags, process.env),
      credentials: flags.credentials ?? null,
      within: flags.within,
      name: flags.name,
      present: flags.network === undefined ? null : await readPresent(flags.network),
      limits: {
        timeoutMs: flags.timeout,
        maxDevices: flags.maxDevices,
        maxDepth: flags.maxDepth,
        totalMs: flags.maxSeconds * 1000,
      },
    });
    if (flags.out !== undefined) await writeOutput(flags.out, `${JSON.stringify(found.network, null, 1)}\n`);
    if (flags.json) printJson(asJson(found));
    else print(renderDiscovery(found, flags.out ?? null));
    return EXIT.ok;
  } catch (error) {
    const code = error instanceof DetourError ? error.code : '';
    if (!/SNMP_(TIMEOUT|REFUSED|BAD_ANSWER|CREDENTIALS)$/.test(code)) throw error;
    printError(error, flags.json);
    return code === 'DETOUR_ERR_SNMP_CREDENTIALS' ? EXIT.badInput : EXIT.nothing;
  }
}

/** The network itself, so that it can be used as it is, and beside it what else there is to say. */
function asJson({ network, diff, devices, unreached, cutBy, elapsedMs }: Discovery): Record<string, unknown> {
  return { ...network, diff, discovery: { devices, unreached, cutBy, elapsedMs } };
}

/** The file as it stands, so that what we do not know of it is kept. @throws DetourError FILE_UNREADABLE, INVALID_NETWORK */
async function readPresent(path: string): Promise<NetworkJson> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new DetourError('FILE_UNREADABLE', `${path}: cannot be read: ${messageOf(cause)}`, {
      field: 'network',
      cause,
    });
  }
  const value = parseJson(text, 'INVALID_NETWORK');
  validateNetwork(value);
  return { ...(value as NetworkJson), format: NETWORK_FORMAT };
}
