import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIP, isIPv6 } from 'node:net';

export interface EndpointListener {
  onPacket(packet: Buffer): void;
  /** The network refused: `ECONNREFUSED`, `EHOSTUNREACH`, `ENOTFOUND`... What is under way is lost. */
  onNetworkError(code: string): void;
}

/** The way to one agent. */
export interface Endpoint {
  send(packet: Buffer): void;
  close(): void;
}

export interface Transport {
  open(address: string, port: number, listener: EndpointListener): Endpoint;
  close(): void;
}

/**
 * A socket for each agent, connected: the kernel drops packets from any other address or port, and reports at once
 * when nothing listens. For single devices, and for names (resolved by every connect).
 */
export class ConnectedTransport implements Transport {
  open(address: string, port: number, listener: EndpointListener): Endpoint {
    return new ConnectedEndpoint(address, port, listener);
  }

  close(): void {}
}

class ConnectedEndpoint implements Endpoint {
  readonly #address: string;
  readonly #port: number;
  readonly #listener: EndpointListener;
  #socket: Socket | null = null;
  /** Packets that wait for the connection; null once it stands. */
  #waiting: Buffer[] | null = null;

  constructor(address: string, port: number, listener: EndpointListener) {
    this.#address = address;
    this.#port = port;
    this.#listener = listener;
  }

  send(packet: Buffer): void {
    const socket = this.#socket ?? this.#open();
    if (this.#waiting) this.#waiting.push(packet);
    else socket.send(packet);
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#waiting = null;
    if (!socket) return;
    socket.removeAllListeners('message');
    try {
      socket.close();
    } catch {
      // It failed before it was bound, and is closed already.
    }
  }

  #open(): Socket {
    const socket = createSocket(isIPv6(this.#address) ? 'udp6' : 'udp4');
    this.#socket = socket;
    this.#waiting = [];
    socket.on('message', (packet) => this.#listener.onPacket(packet));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#socket !== socket) return;
      this.close();
      this.#listener.onNetworkError(error.code ?? 'unknown');
    });
    socket.once('connect', () => {
      const waiting = this.#waiting ?? [];
      this.#waiting = null;
      for (const packet of waiting) socket.send(packet);
    });
    // Without a callback of its own a failed connect is an 'error' event, like everything else.
    socket.connect(this.#port, this.#address);
    return socket;
  }
}

/** Agents that share a socket: their answers to one round must fit into its receive buffer. */
const AGENTS_PER_SOCKET = 128;
const MAX_SOCKETS = 32;
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

interface SharedSocket {
  readonly socket: Socket;
  readonly listeners: Map<string, EndpointListener[]>;
  agents: number;
}

/**
 * A few sockets for thousands of agents: no file descriptor and no buffers each. Answers are told apart by address
 * and port, here rather than in the kernel. Names fall back on connected sockets.
 */
export class SharedTransport implements Transport {
  readonly #onStranger: () => void;
  readonly #named = new ConnectedTransport();
  #sockets: SharedSocket[] = [];

  constructor(onStranger: () => void) {
    this.#onStranger = onStranger;
  }

  open(address: string, port: number, listener: EndpointListener): Endpoint {
    const family = isIP(address);
    // An address with a zone (fe80::1%eth0) comes back under another spelling.
    if (family === 0 || address.includes('%')) return this.#named.open(address, port, listener);
    const shared = this.#socketFor(family === 6 ? 'udp6' : 'udp4');
    const key = `${normal(address, family)} ${port}`;
    const known = shared.listeners.get(key);
    if (known) known.push(listener);
    else shared.listeners.set(key, [listener]);
    shared.agents += 1;
    const done = (error: NodeJS.ErrnoException | null): void => {
      if (error) listener.onNetworkError(error.code ?? 'unknown');
    };
    return {
      send: (packet) => shared.socket.send(packet, port, address, done),
      close: () => this.#release(shared, key, listener),
    };
  }

  close(): void {
    for (const { socket } of this.#sockets) socket.close();
    this.#sockets = [];
  }

  #socketFor(type: 'udp4' | 'udp6'): SharedSocket {
    const same = this.#sockets.filter(({ socket }) => typeOf(socket) === type);
    const emptiest = same.reduce<SharedSocket | null>(
      (best, shared) => (best === null || shared.agents < best.agents ? shared : best),
      null,
    );
    if (emptiest && (emptiest.agents < AGENTS_PER_SOCKET || same.length >= MAX_SOCKETS)) return emptiest;
    return this.#openSocket(type);
  }

  #openSocket(type: 'udp4' | 'udp6'): SharedSocket {
    const family = type === 'udp6' ? 6 : 4;
    const socket = createSocket({
      type,
      recvBufferSize: RECEIVE_BUFFER_BYTES,
      // Only literal addresses come here: nothing to look up, and no tick of the event loop lost over it.
      lookup: (host, _options, callback) => callback(null, host, family),
    });
    const shared: SharedSocket = { socket, listeners: new Map(), agents: 0 };
    TYPES.set(socket, type);
    socket.on('message', (packet, remote) => this.#dispatch(shared, packet, remote));
    // A send that fails tells its own callback; nothing else is expected here, and nothing may end the process.
    socket.on('error', () => undefined);
    socket.bind(0);
    this.#sockets.push(shared);
    return shared;
  }

  #dispatch(shared: SharedSocket, packet: Buffer, remote: RemoteInfo): void {
    const listeners = shared.listeners.get(`${remote.address} ${remote.port}`);
    if (!listeners) this.#onStranger();
    else if (listeners.length === 1) (listeners[0] as EndpointListener).onPacket(packet);
    // Several clients of one agent: each takes its own; a packet is changed while its authenticity is checked.
    else for (const listener of listeners) listener.onPacket(Buffer.from(packet));
  }

  #release(shared: SharedSocket, key: string, listener: EndpointListener): void {
    const listeners = shared.listeners.get(key)?.filter((entry) => entry !== listener);
    if (!listeners) return;
    shared.agents -= 1;
    if (listeners.length > 0) shared.listeners.set(key, listeners);
    else shared.listeners.delete(key);
    if (shared.agents > 0) return;
    this.#sockets = this.#sockets.filter((entry) => entry !== shared);
    shared.socket.close();
  }
}

const TYPES = new WeakMap<Socket, 'udp4' | 'udp6'>();

function typeOf(socket: Socket): 'udp4' | 'udp6' | undefined {
  return TYPES.get(socket);
}

/** IPv6 as the kernel spells it. */
function normal(address: string, family: number): string {
  return family === 6 ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : address;
}
