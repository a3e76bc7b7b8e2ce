import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { AgentCredentials } from '../agent-credentials.ts';
import { engineIdOf, LocalEngine, type LocalUser, localUsers } from '../usm/local-engine.ts';
import type { UsmUser } from '../usm/user.ts';
import { type BerReader, WireError } from '../wire/ber.ts';
import { encodeV2c, openMessage, VERSION_2C, VERSION_3, v2cHead } from '../wire/message-v2c.ts';
import { openV3 } from '../wire/message-v3.ts';
import type { MibView } from './mib-view.ts';
import { respond } from './responder.ts';

/** One Ethernet frame, as most real agents keep to. */
const DEFAULT_MAX_BYTES = 1472;
const RECEIVE_BUFFER_BYTES = 1024 * 1024;

export interface AgentOptions {
  /** Makes the engine id. */
  readonly name: string;
  readonly mib: MibView;
  /** Who may read: communities and users. */
  readonly credentials: readonly AgentCredentials[];
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Most octets of an answer; one Ethernet frame. */
  readonly maxBytes?: number;
  /** Monotonic, ms. */
  readonly nowMs?: () => number;
  /** For tests and benches: how long an answer is held back, ms; null loses it. */
  readonly delayMs?: () => number | null;
}

/** An SNMP agent (v2c and v3, read only) on one UDP port, for simulated routers and for tests. */
export class SnmpAgent {
  #mib: MibView;
  readonly #options: AgentOptions;
  readonly #communities: readonly Buffer[];
  readonly #maxBytes: number;
  readonly engine: LocalEngine;
  #users: readonly LocalUser[] = [];
  #socket: Socket | null = null;
  #requests = 0;
  #notifications = 0;
  /** Packets that were not answered: malformed, or by someone who may not read. */
  #refused = 0;

  constructor(options: AgentOptions) {
    this.#options = options;
    this.#mib = options.mib;
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
    this.#communities = options.credentials.flatMap((entry) =>
      'community' in entry ? [Buffer.from(entry.community.reveal())] : [],
    );
    this.engine = new LocalEngine(engineIdOf(options.name), options.nowMs ?? (() => performance.now()));
  }

  get port(): number {
    return this.#socket?.address().port ?? 0;
  }

  stats(): { readonly requests: number; readonly refused: number } {
    return { requests: this.#requests, refused: this.#refused };
  }

  /** Resolves when it listens; rejects when the port cannot be had. */
  async start(): Promise<void> {
    const { host, port, credentials } = this.#options;
    this.#users = await localUsers(usersOf(credentials), this.engine.id);
    const socket = createSocket({
      type: host.includes(':') ? 'udp6' : 'udp4',
      recvBufferSize: RECEIVE_BUFFER_BYTES,
      lookup: (name, _options, callback) => callback(null, name, name.includes(':') ? 6 : 4),
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, host, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    // Answers that cannot be sent are lost, like any datagram.
    socket.on('error', () => undefined);
    socket.on('message', (packet, remote) => this.#onPacket(packet, remote));
    this.#socket = socket;
  }

  /**
   * Sends a notification from the agent's own port: v2c with the first community, else v3 as the first user, the agent
   * being the authority. Lost like any datagram where nobody listens.
   */
  notify(pdu: Buffer, to: { readonly host: string; readonly port: number }): void {
    const [community] = this.#communities;
    const [user] = this.#users;
    this.#notifications += 1;
    if (community) this.#socket?.send(encodeV2c(v2cHead(community), pdu), to.port, to.host, () => undefined);
    else if (user) {
      const packet = this.engine.notification(user, pdu, this.#notifications);
      this.#socket?.send(packet, to.port, to.host, () => undefined);
    }
  }

  /** Answers from another MIB from now on: what a device is made of may change. */
  become(mib: MibView): void {
    this.#mib = mib;
  }

  async stop(): Promise<void> {
    const socket = this.#socket;
    this.#socket = null;
    if (socket) await new Promise<void>((resolve) => socket.close(() => resolve()));
  }

  #onPacket(packet: Buffer, remote: RemoteInfo): void {
    this.#requests += 1;
    const answer = this.#answer(packet);
    if (!answer) {
      this.#refused += 1;
      return;
    }
    const delayMs = this.#options.delayMs?.() ?? (this.#options.delayMs ? null : 0);
    if (delayMs === 0) this.#socket?.send(answer, remote.port, remote.address);
    else if (delayMs !== null) setTimeout(() => this.#socket?.send(answer, remote.port, remote.address), delayMs);
  }

  #answer(packet: Buffer): Buffer | null {
    const mib = this.#mib;
    try {
      const { version, community, reader } = openMessage(packet);
      if (version === VERSION_3) return this.#answerV3(packet, reader);
      if (version !== VERSION_2C || !this.#communities.some((known) => known.equals(community))) return null;
      const pdu = respond(reader, mib, this.#maxBytes - community.length - 10);
      return pdu && encodeV2c(v2cHead(community), pdu);
    } catch (error) {
      if (error instanceof WireError) return null;
      throw error;
    }
  }

  #answerV3(packet: Buffer, reader: BerReader): Buffer | null {
    const mib = this.#mib;
    const { packet: answer } = this.engine.answer(
      packet,
      openV3(reader),
      this.#users,
      (pdu, contextName, { context }) => (context.equals(contextName) ? respond(pdu, mib, this.#maxBytes) : null),
    );
    return answer;
  }
}

/** Users among credentials. */
function usersOf(credentials: readonly AgentCredentials[]): UsmUser[] {
  return credentials.flatMap((entry) => ('user' in entry ? [entry.user] : []));
}
