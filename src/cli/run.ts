import { Command } from 'commander';
import { DetourError, messageOf } from '../core/errors.ts';
import { type RunningService, startService } from '../main/service.ts';
import { addConfigOptions, configFrom } from './config-options.ts';
import { eventLines, liveLine } from './live-line.ts';
import { EXIT, type OnExit, print, printError, printJson } from './output.ts';
import { packageVersion } from './version.ts';

const LINE_EVERY_MS = 5_000;
/** Stopping is bounded part by part; this is for what nobody thought of. */
const LAST_RESORT_MS = 4_500;

/** `detour run`: everything in one process, or the roles that are named. */
export function runCommand(onExit: OnExit): Command {
  const command = new Command('run')
    .description('run the service: simulate or poll a network, score its links, plan reroutes, answer over REST')
    .option('--manual', 'propose only; the same as --mode manual')
    .option('--json', 'print the live line as one JSON object a line');
  addConfigOptions(command);
  command.addHelpText('after', '\nStops cleanly on Ctrl-C and SIGTERM.');
  return command.action(async (flags: { manual?: boolean; json?: boolean }) => {
    const config = configFrom({ ...flags, ...(flags.manual ? { mode: 'manual' } : {}) });
    const ending = untilStopped();
    const service = await startService({
      config,
      version: packageVersion(),
      environment: process.env,
      onFatal: ending.fail,
    });
    greet(service, flags.json ?? false);
    const stopLine = showLive(service, flags.json ?? false);
    const reason = await ending.promise;
    stopLine();
    onExit(await stop(service, reason, flags.json ?? false));
  });
}

/** Resolves on the first SIGINT or SIGTERM (null), or with the error that ends the service. */
function untilStopped(): { promise: Promise<DetourError | null>; fail: (error: DetourError) => void } {
  let settle: (reason: DetourError | null) => void = () => undefined;
  const promise = new Promise<DetourError | null>((resolve) => {
    settle = resolve;
  });
  // Stays registered: a second Ctrl-C (npm passes one on, the terminal sends another) must not cut the stop short.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => settle(null));
  return { promise, fail: settle };
}

async function stop(service: RunningService, reason: DetourError | null, json: boolean): Promise<number> {
  if (reason) printError(reason, json);
  tellPhase('stopping', json);
  setTimeout(() => process.exit(EXIT.failed), LAST_RESORT_MS).unref();
  for (const { name, problem } of await service.stop()) {
    if (problem) printError(new DetourError('TIMEOUT', `${name} ${problem}`), json);
  }
  tellPhase('stopped', json);
  return reason ? EXIT.failed : EXIT.ok;
}

function tellPhase(phase: 'stopping' | 'stopped', json: boolean): void {
  if (json) printJson({ [phase]: true });
  else print(phase === 'stopping' ? 'stopping ...' : phase);
}

function greet({ url, network, runtime }: RunningService, json: boolean): void {
  const { name, nodes, links } = network.network;
  if (json) {
    printJson({ ready: true, url, network: name, ...runtime });
    return;
  }
  const what = runtime.simulated ? 'simulated' : 'real';
  print(`Detour watches ${name}: ${nodes.length} routers, ${links.length} links (${what}; ${modeText(runtime.mode)})`);
  if (!url) return;
  print(`  reroutes   ${url}/api/v1/reroutes`);
  print(`  API docs   ${url}/docs`);
  print(`  queues     ${url}/queues`);
  print(`  metrics    ${url}/metrics`);
}

function modeText(mode: 'auto' | 'manual'): string {
  return mode === 'auto' ? 'reroutes are applied automatically' : 'reroutes are only proposed';
}

/** Prints the live line until the returned function is called. */
function showLive(service: RunningService, json: boolean): () => void {
  let seen: string | null = null;
  const show = async (): Promise<void> => {
    try {
      const [status, { events, lastId }] = await Promise.all([service.status(), service.eventsAfter(seen)]);
      seen = lastId;
      if (json) printJson(status);
      else for (const line of [...eventLines(events), liveLine(status)]) print(line);
    } catch (error) {
      if (json) printError(error, json);
      else print(`no status: ${messageOf(error)}`);
    }
  };
  void show();
  const timer = setInterval(() => void show(), LINE_EVERY_MS);
  return () => clearInterval(timer);
}
