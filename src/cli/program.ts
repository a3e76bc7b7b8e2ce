import { Command, CommanderError } from 'commander';
import { DetourError } from '../core/errors.ts';
import { auditCommand, guardrailsCommand, maintenanceCommand, tokensCommand } from './control.ts';
import { discoverCommand } from './discover.ts';
import { backtestCommand, evaluateCommand } from './evaluate.ts';
import { modelsCommand } from './models.ts';
import { networkCommand } from './network.ts';
import { EXIT, printError } from './output.ts';
import { planCommand } from './plan.ts';
import { pollCommand } from './poll.ts';
import { reroutesCommand } from './reroutes.ts';
import { runCommand } from './run.ts';
import { simulateCommand } from './simulate.ts';
import { trainCommand } from './train.ts';
import { verifyCommand } from './verify.ts';
import { packageVersion } from './version.ts';
import { whatIfCommand } from './what-if.ts';

/** Codes of errors that the caller can mend by calling differently. */
const BAD_INPUT = /^DETOUR_ERR_(INVALID_|FILE_|NOT_FOUND)/;

/** Runs one command line; resolves to the exit code. Never throws. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  let code: number = EXIT.ok;
  const json = wantsJson(argv);
  const program = new Command('detour')
    .description('Watches every link of a network, keeps a digital twin, proposes reroutes that are proven to help')
    .version(packageVersion())
    .showHelpAfterError(`(see 'detour --help')`)
    .exitOverride()
    // Its refusals come out as problems, below.
    .configureOutput(json ? { writeErr: () => undefined } : {});
  for (const command of [
    runCommand,
    simulateCommand,
    pollCommand,
    discoverCommand,
    planCommand,
    whatIfCommand,
    reroutesCommand,
    maintenanceCommand,
    guardrailsCommand,
    auditCommand,
    tokensCommand,
    verifyCommand,
    trainCommand,
    evaluateCommand,
    backtestCommand,
    modelsCommand,
    networkCommand,
  ]) {
    program.addCommand(
      command((exitCode) => {
        code = exitCode;
      }),
    );
  }
  neverExit(program);
  try {
    await program.parseAsync(argv);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.ok;
      if (json) printError(misuse(error), json);
      return EXIT.badInput;
    }
    printError(error, json);
    return error instanceof DetourError && BAD_INPUT.test(error.code) ? EXIT.badInput : EXIT.failed;
  }
}

/** Known before the line is read, because what is wrong may be the line itself. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? undefined : end).includes('--json');
}

function misuse({ message }: CommanderError): DetourError {
  return new DetourError('INVALID_INPUT', message.replace(/^error: /, ''), { hint: "see 'detour --help'" });
}

/** Commander ends the process by itself unless told otherwise, command by command. */
function neverExit(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent).exitOverride();
    neverExit(command);
  }
}
