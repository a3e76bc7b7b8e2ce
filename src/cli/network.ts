import { Command } from 'commander';
import { loadNetwork } from '../../topology/files.ts';
import { networkToJson } from '../../topology/formats/detour-network.ts';
import { generateBackbone } from '../../topology/generate/index.ts';
import type { Network } from '../../topology/model.ts';
import { summariseNetwork } from '../../topology/summary.ts';
import { wholeNumber } from './arguments.ts';
import { addExport, addImport } from './network-convert.ts';
import { describeNetwork } from './network-figures.ts';
import { EXIT, type OnExit, print, printJson, writeOutput } from './output.ts';

/** `detour network validate|generate|import|export` */
export function networkCommand(onExit: OnExit): Command {
  const command = new Command('network').description('check, make and convert network files (detour-network/1)');
  command
    .command('validate')
    .description('check a network file and say what is in it')
    .argument('<file>', 'path of a network file, or the name of a shipped network')
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: { json?: boolean }) => {
      const { network, warnings } = await loadNetwork(file);
      const summary = summariseNetwork(network);
      if (options.json) printJson({ ok: true, ...summary, warnings });
      else print([...describeNetwork(summary), ...warnings.map((warning) => `warning: ${warning}`)].join('\n'));
      onExit(EXIT.ok);
    });
  command
    .command('generate')
    .description('make a realistic backbone: core, distribution and access routers in real cities')
    .option('--routers <number>', 'how many routers', wholeNumber('--routers', 10, 5000), 100)
    .option('--seed <number>', 'the same seed gives the same network', wholeNumber('--seed', 0, 4294967295), 1)
    .option('--name <name>', 'name of the network; default backbone-<routers>')
    .option('--out <file>', 'write the network there instead of printing it')
    .option('--json', 'print the network as one line; with --out print its figures as JSON')
    .action(async (options: { routers: number; seed: number; name?: string; out?: string; json?: boolean }) => {
      const { routers, seed, name = `backbone-${routers}` } = options;
      await deliver(generateBackbone({ seed, routers, name }), options.out, options.json ?? false);
      onExit(EXIT.ok);
    });
  addImport(command, onExit);
  addExport(command, onExit);
  return command;
}

async function deliver(network: Network, out: string | undefined, json: boolean): Promise<void> {
  const file = networkToJson(network);
  if (!out) {
    print(JSON.stringify(file, null, json ? undefined : 1));
    return;
  }
  await writeOutput(out, `${JSON.stringify(file, null, 1)}\n`);
  const summary = summariseNetwork(network);
  if (json) printJson({ file: out, ...summary });
  else print([`wrote ${out}`, ...describeNetwork(summary)].join('\n'));
}
