import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

interface Router {
  readonly password: string;
  /** Whether it asks for the password once more before anything may be changed; many are set up without. */
  asksTwice: boolean;
  readonly costs: Map<string, number>;
  readonly history: { name: string; cost: number }[];
  forgets: boolean;
  table: string;
  logins: number;
}

const PROMPTS: Readonly<Record<string, string>> = {
  login: 'Password: ',
  'enable-login': 'Password: ',
  view: 'r1> ',
  enable: 'r1# ',
  config: 'r1(config)# ',
  'config-if': 'r1(config-if)# ',
};

/** One login: what is printed for a line, and the mode it leads to. */
class Session {
  readonly #router: Router;
  mode = 'login';
  #name = '';

  constructor(router: Router) {
    this.#router = router;
  }

  take(line: string): string {
    if (this.mode.endsWith('login')) return this.#login(line);
    if (line === 'show ip ospf route json') return `${line}\r\n${this.#router.table}\r\n`;
    if (line.startsWith('show ip ospf interface ')) return this.#show(line.slice(23));
    if (line.startsWith('ip ospf cost ') && this.mode === 'config-if') return this.#cost(Number(line.slice(13)));
    if (line.startsWith('interface ') && this.mode.startsWith('config')) this.#name = line.slice(10);
    const next = this.#next(line.split(' ')[0] ?? '');
    if (next === null) return `% Unknown command: ${line}\r\n`;
    this.mode = next;
    return '';
  }

  #login(line: string): string {
    if (line === this.#router.password) this.mode = this.mode === 'login' ? 'view' : 'enable';
    return '';
  }

  #show(name: string): string {
    const cost = this.#router.costs.get(name);
    if (cost === undefined) return `% There is no interface ${name}\r\n`;
    return `${name} is up\r\n  Network Type POINTOPOINT, Cost: ${cost}\r\n`;
  }

  #cost(cost: number): string {
    this.#router.history.push({ name: this.#name, cost });
    if (!this.#router.forgets) this.#router.costs.set(this.#name, cost);
    return '';
  }

  #next(word: string): string | null {
    const isConfig = this.mode.startsWith('config');
    const ways: Readonly<Record<string, string>> = isConfig
      ? { interface: 'config-if', exit: 'config', end: 'enable' }
      : {
          enable: this.#router.asksTwice ? 'enable-login' : 'enable',
          configure: 'config',
          exit: 'closed',
          terminal: this.mode,
        };
    return ways[word] ?? null;
  }
}

/** An ospfd as its TCP vty shows it: password, enable, configuration, and costs that it keeps. */
export async function startFakeVty(password: string, costs: Map<string, number>) {
  const router: Router = { password, costs, history: [], asksTwice: true, forgets: false, table: '{ }', logins: 0 };
  const server = createServer((socket) => {
    router.logins += 1;
    serve(socket, new Session(router));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    history: router.history,
    /** Sessions so far. */
    logins: (): number => router.logins,
    /** Lets everybody who is logged in configure it. */
    askOnce: (): void => {
      router.asksTwice = false;
    },
    /** Takes costs and does not keep them. */
    forget: (): void => {
      router.forgets = true;
    },
    /** What it answers when it is asked for its routes. */
    route: (table: string): void => {
      router.table = table;
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

function serve(socket: Socket, session: Session): void {
  let text = '';
  socket.on('error', () => undefined);
  socket.write('\r\nHello, this is FRRouting.\r\n\r\nUser Access Verification\r\n\r\nPassword: ');
  socket.on('data', (data) => {
    text += data.toString('latin1');
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const printed = session.take(text.slice(0, end).trim());
      text = text.slice(end + 1);
      if (session.mode === 'closed') {
        socket.end();
        return;
      }
      socket.write(`${printed}${PROMPTS[session.mode]}`);
    }
  });
}
