import { type Command, InvalidArgumentError, Option } from 'commander';
import { loadNetwork } from '../../topology/files.ts';
import { demandsToJson } from '../../topology/formats/detour-demands.ts';
import { networkToJson, validateNetwork } from '../../topology/formats/detour-network.ts';
import { writeGexf } from '../../topology/formats/gexf-write.ts';
import { writeGraphml } from '../../topology/formats/graphml-write.ts';
import { IMPORT_FORMATS, type Import, type ImportFormat, importNetwork } from '../../topology/import.ts';
import { summariseNetwork } from '../../topology/summary.ts';
import { formatBps } from '../core/units.ts';
import { decimal, wholeNumber } from './arguments.ts';
import { describeNetwork } from './network-figures.ts';
import { EXIT, type OnExit, print, printJson, writeOutput } from './output.ts';

interface ImportFlags {
  readonly format: ImportFormat | 'auto';
  readonly capacity?: number;
  readonly latency?: number;
  readonly name?: string;
  readonly matrix: number;
  readonly out?: string;
  readonly demandsOut?: string;
  readonly json?: boolean;
}

/** `detour network import` */
export function addImport(command: Command, onExit: OnExit): void {
  command
    .command('import')
    .description('make a network file of a foreign one: GraphML, GEXF, SNDlib, Teal, a folder like ARROW gives for B4')
    .argument('<file>', 'path of a file, or of a folder for b4')
    .addOption(
      new Option('--format <format>', 'what it is').choices(['auto', ...IMPORT_FORMATS]).default('auto', 'found out'),
    )
    .option('--capacity <rate>', 'capacity of links that have none: bit/s, or 400M, 10G', bitRate)
    .option('--latency <ms>', 'one-way latency of links that cannot be measured on the map', latency)
    .option('--name <name>', 'name of the network; default: as the file is called')
    .option('--matrix <number>', 'which traffic matrix, where there are several', matrixNumber, 1)
    .option('--out <file>', 'write the network there instead of printing it')
    .option('--demands-out <file>', 'write the traffic there (detour-demands/1)')
    .option('--json', 'print the network as one line; with --out print its figures as JSON')
    .action(async (file: string, flags: ImportFlags) => {
      const found = await importNetwork(file, {
        format: flags.format === 'auto' ? null : flags.format,
        name: flags.name ?? null,
        matrix: flags.matrix,
        ...(flags.capacity === undefined ? {} : { defaultCapacityBps: flags.capacity }),
        ...(flags.latency === undefined ? {} : { defaultLatencyMs: flags.latency }),
      });
      // A name from the command line has to be checked like one from a file.
      validateNetwork(networkToJson(found.network));
      await deliverImport(found, flags);
      onExit(EXIT.ok);
    });
}

const matrixNumber = wholeNumber('--matrix', 1, 1_000_000);
const latency = decimal('--latency', 0, 600_000);

async function deliverImport(found: Import, flags: ImportFlags): Promise<void> {
  const { network, demands, warnings, format, matrices } = found;
  if (flags.demandsOut) await writeOutput(flags.demandsOut, `${JSON.stringify(demandsToJson(demands), null, 1)}\n`);
  if (!flags.out) {
    print(JSON.stringify(networkToJson(network), null, flags.json ? undefined : 1));
    for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
    return;
  }
  await writeOutput(flags.out, `${JSON.stringify(networkToJson(network), null, 1)}\n`);
  const summary = summariseNetwork(network);
  const traffic = { demands: demands.length, totalBps: demands.reduce((sum, { bps }) => sum + bps, 0), matrices };
  if (flags.json) {
    printJson({ file: flags.out, format, ...summary, traffic, demandsFile: flags.demandsOut ?? null, warnings });
    return;
  }
  print(
    [
      `read ${format}, wrote ${flags.out}`,
      ...describeNetwork(summary),
      `traffic   ${demands.length} demands, ${formatBps(traffic.totalBps)} together${matrices > 1 ? `; matrix ${flags.matrix} of ${matrices}` : ''}`,
      ...warnings.map((warning) => `warning: ${warning}`),
    ].join('\n'),
  );
}

const WRITERS = { graphml: writeGraphml, gexf: writeGexf } as const;

/** `detour network export` */
export function addExport(command: Command, onExit: OnExit): void {
  command
    .command('export')
    .description('write a network for other tools; without management addresses')
    .argument('<file>', 'path of a network file, or the name of a shipped network')
    .addOption(new Option('--format <format>', 'what to write').choices(Object.keys(WRITERS)).makeOptionMandatory())
    .option('--out <file>', 'write it there instead of printing it')
    .action(async (file: string, { format, out }: { format: keyof typeof WRITERS; out?: string }) => {
      const text = WRITERS[format]((await loadNetwork(file)).network);
      if (out) await writeOutput(out, text);
      else process.stdout.write(text);
      onExit(EXIT.ok);
    });
}

const PREFIXES: Readonly<Record<string, number>> = { '': 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** `10G`, `400M`, `1e10`; bit/s. */
export function bitRate(text: string): number {
  const match = /^(\d+(?:\.\d+)?(?:e\d+)?)([kKMGT]?)$/.exec(text);
  const value = match ? Number(match[1]) * (PREFIXES[match[2] ?? ''] ?? Number.NaN) : Number.NaN;
  if (!(value > 0 && value <= 1e18)) {
    throw new InvalidArgumentError(`--capacity must be a bit rate such as 10G, 400M or 1e10, got ${text}`);
  }
  return value;
}
