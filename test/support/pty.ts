import { type Running, type RunOptions, start } from './process.ts';

export interface Terminal extends Running {
  /** What Ctrl-C on the keyboard does: the terminal sends SIGINT to the whole foreground group. */
  ctrlC(): void;
}

/** Runs a shell command in a terminal of its own (util-linux script); it ends with the command's exit code. */
export function startInTerminal(command: string, options: RunOptions = {}): Terminal {
  const running = start('script', ['-qfec', command, '/dev/null'], options);
  return { ...running, ctrlC: () => running.child.stdin?.write('\x03') };
}
