import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Ends Redis when we end, however we end: our side of the pipe that is the shell's standard input closes even by
 * `kill -9`. Redis saves on SIGTERM; one that does not come to an end within 3 s is killed, or it would share the
 * append-only file with the next one. The shell gives up its own standard output, so that the pipe to us closes
 * when Redis ends, and only then.
 */
const SCRIPT = `
"$@" </dev/null &
redis=$!
exec >/dev/null 2>&1
cat >/dev/null
kill "$redis"
tries=0
while kill -0 "$redis" && [ "$tries" -lt 60 ]; do
  sleep 0.05
  tries=$((tries + 1))
done
kill -9 "$redis"
wait "$redis"
`;

const KEPT_LINES = 40;
/** A little more than the script takes by itself. */
const END_TIMEOUT_MS = 4_000;

export interface Watched {
  /** Resolves once the program has ended, with its last lines of output, oldest first. */
  readonly ended: Promise<readonly string[]>;
  /**
   * Ends the program in order, by force after 3 s; resolves when watchdog and program are gone, with the exit code of
   * the program as a shell gives it (128 + signal); null when the watchdog was killed and nobody knows.
   */
  end(): Promise<number | null>;
}

/**
 * Starts a program in a session of its own, out of reach of the terminal's Ctrl-C: we stop it when we no longer
 * need it.
 */
export function startWatched(program: string, args: readonly string[], cwd: string): Watched {
  const shell = spawn('sh', ['-c', SCRIPT, 'detour-watchdog', program, ...args], {
    cwd,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // The shell may be gone when we close its input.
  shell.stdin.on('error', () => undefined);
  const lines = lastLines(shell);
  const ended = new Promise<readonly string[]>((resolve) => {
    shell.once('error', (error) => resolve([error.message]));
    shell.stdout.once('close', () => resolve(lines));
  });
  const gone = new Promise<number | null>((resolve) => {
    shell.once('error', () => resolve(null));
    shell.once('exit', (code) => {
      // Nothing is left of the group when the shell came to its end; if it was killed, Redis has lost its watchdog.
      killGroup(shell);
      resolve(code);
    });
  });
  const end = async (): Promise<number | null> => {
    shell.stdin.end();
    const timer = setTimeout(() => killGroup(shell), END_TIMEOUT_MS);
    const [code] = await Promise.all([gone, ended]);
    clearTimeout(timer);
    return code;
  };
  return { ended, end };
}

function killGroup(leader: ChildProcess): void {
  try {
    if (leader.pid !== undefined) process.kill(-leader.pid, 'SIGKILL');
  } catch {
    // ESRCH: nobody is left in it.
  }
}

/** The newest lines of both outputs, in a list that is kept up to date. */
function lastLines(child: ChildProcess): string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (rest + chunk).split('\n');
      rest = (parts.pop() ?? '').slice(-1_000);
      lines.push(...parts.filter((line) => line.trim() !== ''));
      lines.splice(0, lines.length - KEPT_LINES);
    });
  }
  return lines;
}
