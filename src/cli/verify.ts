import { Command } from 'commander';
import { loadDemands, loadNetwork, loadPlan } from '../../topology/files.ts';
import { CHECKS, type Verdict, verifyPlan } from '../verify/verify.ts';
import { EXIT, type OnExit, print, printJson } from './output.ts';

interface VerifyFlags {
  readonly network: string;
  readonly demands?: string;
  readonly json?: boolean;
}

/** `detour verify PLAN`: is a plan what it says it is? */
export function verifyCommand(onExit: OnExit): Command {
  return new Command('verify')
    .description('check a detour-plan/1 and its certificates from scratch, with code that the planner does not use')
    .argument('<plan>', 'file with the plan, as `detour plan --json` prints it')
    .requiredOption('--network <file>', 'the network it was made for: a file, or the name of a shipped network')
    .option('--demands <file>', 'the demands it was made for; without it there are none')
    .option('--json', 'print one JSON object: {ok, checks: [{name, ok, detail}]}')
    .addHelpText('after', '\nExit code: 0 every check holds, 1 one does not, 2 the call or a file was wrong.')
    .action(async (file: string, flags: VerifyFlags) => {
      const { network } = await loadNetwork(flags.network);
      const demands = flags.demands === undefined ? [] : (await loadDemands(flags.demands, network)).demands;
      const verdict = verifyPlan({ plan: await loadPlan(file), network, demands });
      if (flags.json) printJson(verdict);
      else print(describe(verdict));
      onExit(verdict.ok ? EXIT.ok : EXIT.failed);
    });
}

function describe({ ok, checks }: Verdict): string {
  const width = Math.max(...CHECKS.map((name) => name.length));
  const lines = checks.map((check) => `${check.ok ? 'ok   ' : 'WRONG'}  ${check.name.padEnd(width)}  ${check.detail}`);
  const wrong = checks.filter((check) => !check.ok).map(({ name }) => name);
  return [...lines, ok ? 'the plan is what it says' : `the plan is not true: ${wrong.join(', ')}`].join('\n');
}
