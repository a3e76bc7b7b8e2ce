import { connect } from 'node:net';
import { DetourError } from '../core/errors.ts';

export interface VtyOptions {
  readonly port: number;
  /** For login and for `enable`. */
  readonly password: string;
  /** For a whole session. */
  readonly timeoutMs?: number;
}

/** Types commands into a router; answers what it printed. Rejects with ACTUATOR_FAILED. */
export type RunCommands = (address: string, lines: readonly string[]) => Promise<string>;

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
      socket.on('error', ({ message }) => fail(`cannot be used: ${message}`));
      socket.on('data', (data) => {
        const said = dialogue.hear(data.toString('latin1'));
        if ('failure' in said) fail(said.failure);
        else if (said.line !== null) socket.write(`${said.line}\n`);
      });
      socket.on('close', () => {
        if (!dialogue.isOver) return fail('closed the connection');
        clearTimeout(deadline);
        resolve(dialogue.output);
      });
    });
}

/** The lines before the caller's own: password, enable, its password, and no pages. */
const LINES_OF_LOGIN = 4;

/** What is typed when, and what was printed for the caller's lines. */
class Dialogue {
  readonly #script: readonly string[];
  #next = 0;
  #turn = '';
  output = '';

  constructor(password: string, lines: readonly string[]) {
    this.#script = [password, 'enable', password, 'terminal length 0', ...lines, 'exit'];
  }

  get isOver(): boolean {
    return this.#next >= this.#script.length;
  }

  /** The line to type next, null while more is printed, or why it cannot go on. */
  hear(text: string): { readonly line: string | null } | { readonly failure: string } {
    this.#turn += text;
    if (this.output.length + this.#turn.length > MAX_OUTPUT) return { failure: 'prints without end' };
    if (!WAITS.test(this.#turn)) return { line: null };
    const refusal = REFUSALS.exec(this.#turn);
    if (refusal) return { failure: `refused: ${refusal[0].slice(0, 200)}` };
    const isAsked = this.#turn.endsWith('Password: ');
    // Asked again where no password is due: the one before was wrong.
    if (isAsked && this.#next !== 0 && this.#next !== 2) return { failure: 'does not take the password' };
    if (this.#next > LINES_OF_LOGIN) this.output += this.#turn;
    this.#turn = '';
    const line = this.#script[this.#next] ?? null;
    this.#next += 1;
    return { line };
  }
}
