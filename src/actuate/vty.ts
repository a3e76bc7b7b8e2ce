import { connect } from 'node:net';
import { DetourError } from '../core/errors.ts';

export interface VtyOptions {
  readonly port: number;
  /** For login and for `enable`. */
  readonly password: string;
  /** For a session, or for what lies between two pauses of it. */
  readonly timeoutMs?: number;
}

/** The next line is typed so long after the one that followed the last pause, or at once where that is over already. */
export interface Pause {
  readonly pauseMs: number;
}

/** Types commands into a router in one session; answers what it printed. Rejects with ACTUATOR_FAILED. */
export type RunCommands = (address: string, lines: readonly (string | Pause)[]) => Promise<string>;

const TIMEOUT_MS = 5_000;
const MAX_OUTPUT = 1 << 20;
/** What a vty shows when it waits: for a password, or for a command. */
const WAITS = /(Password: |[\w.()-]+[>#] )$/;
/** How it refuses a command. */
const REFUSALS = /^% .*$/m;

/** The TCP vty of an FRRouting daemon (`ospfd -A <address> -P <port>`): log in, enable, type, leave. */
export function vtyRunner({ port, password, timeoutMs = TIMEOUT_MS }: VtyOptions): RunCommands {
  return (address, lines) =>
    new Promise((resolve, reject) => {
      const dialogue = new Dialogue(password, lines);
      const socket = connect({ host: address, port });
      const fail = (why: string): void => {
        clearTimeout(deadline);
        socket.destroy();
        // What was typed is left out: the first lines are passwords.
        const error = new DetourError('ACTUATOR_FAILED', `the vty of ${address}:${port} ${why}`, { value: address });
        reject(error);
      };
      const deadline = setTimeout(() => fail(`took more than ${timeoutMs} ms`), timeoutMs);
      let turnMs = performance.now();
      let waiting: NodeJS.Timeout | undefined;
      const type = (line: string | Pause | null): void => {
        if (line === null) return;
        if (typeof line === 'string') return void socket.write(`${line}\n`);
        waiting = setTimeout(
          () => {
            turnMs = performance.now();
            deadline.refresh();
            type(dialogue.afterPause());
          },
          turnMs + line.pauseMs - performance.now(),
        );
      };
      socket.on('error', ({ message }) => fail(`cannot be used: ${message}`));
      socket.on('data', (data) => {
        const said = dialogue.hear(data.toString('latin1'));
        if ('failure' in said) fail(said.failure);
        else type(said.line);
      });
      socket.on('close', () => {
        clearTimeout(waiting);
        if (!dialogue.isOver) return fail('closed the connection');
        clearTimeout(deadline);
        resolve(dialogue.output);
      });
    });
}

/** Where a session is: before the first prompt, before the one that may change things, and after it. */
type Stage = 'login' | 'enable' | 'commands';

/** What is typed when, and what was printed for the caller's lines. A password is typed only where it is asked for. */
class Dialogue {
  readonly #password: string;
  readonly #lines: readonly (string | Pause)[];
  #stage: Stage = 'login';
  #hasTypedPassword = false;
  #next = 0;
  #turn = '';
  output = '';

  constructor(password: string, lines: readonly (string | Pause)[]) {
    this.#password = password;
    this.#lines = ['terminal length 0', ...lines, 'exit'];
  }

  get isOver(): boolean {
    return this.#next >= this.#lines.length;
  }

  /** What to do next, null while more is printed, or why it cannot go on. */
  hear(text: string): { readonly line: string | Pause | null } | { readonly failure: string } {
    this.#turn += text;
    if (this.output.length + this.#turn.length > MAX_OUTPUT) return { failure: 'prints without end' };
    const prompt = WAITS.exec(this.#turn)?.[1];
    if (prompt === undefined) return { line: null };
    const refusal = REFUSALS.exec(this.#turn);
    // A router repeats what it does not understand.
    if (refusal) return { failure: `refused: ${this.#withoutPassword(refusal[0]).slice(0, 200)}` };
    // What is printed for `terminal length 0` is nobody's.
    if (this.#stage === 'commands' && this.#next > 1) this.output += this.#turn;
    this.#turn = '';
    if (prompt === 'Password: ') return this.#askedForPassword();
    if (prompt.endsWith('> ')) return this.#mayOnlyLook();
    this.#stage = 'commands';
    return { line: this.#take() };
  }

  /** The line that stands after the pause that is over: the router waits for it already. */
  afterPause(): string | Pause | null {
    return this.#take();
  }

  #take(): string | Pause | null {
    const line = this.#lines[this.#next] ?? null;
    this.#next += 1;
    return line;
  }

  #askedForPassword(): { readonly line: string } | { readonly failure: string } {
    // Asked again where no password is due: the one before was wrong.
    if (this.#hasTypedPassword || this.#stage === 'commands') return { failure: 'does not take the password' };
    this.#hasTypedPassword = true;
    return { line: this.#password };
  }

  #mayOnlyLook(): { readonly line: string } | { readonly failure: string } {
    if (this.#stage !== 'login') return { failure: 'does not let us configure' };
    this.#stage = 'enable';
    this.#hasTypedPassword = false;
    return { line: 'enable' };
  }

  #withoutPassword(text: string): string {
    return this.#password === '' ? text : text.replaceAll(this.#password, '***');
  }
}
