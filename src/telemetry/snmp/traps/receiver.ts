import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { DetourError, messageOf } from '../../../core/errors.ts';
import type { LocalEngine } from '../usm/local-engine.ts';
import { WireError } from '../wire/ber.ts';
import { openMessage, VERSION_2C, VERSION_3 } from '../wire/message-v2c.ts';
import { openV3 } from '../wire/message-v3.ts';
import { Bucket } from './bucket.ts';
import { type DropReason, newTrapCounts, type TrapCounts } from './counts.ts';
import type { Keyring } from './keyring.ts';
import type { TrapKind } from './kinds.ts';
import { dropped, type Incoming, openV2cNotification } from './open-v2c.ts';
import { V3Notifications } from './open-v3.ts';
import type { Sender, Senders } from './senders.ts';

/** A notification of a device of ours: a reason to ask the device, never the truth itself. */
export interface Trap {
  readonly deviceId: string;
  readonly kind: TrapKind;
  readonly ifIndex: string | null;
}

export interface TrapReceiverOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly senders: Senders;
  readonly keyring: Keyring;
  readonly engine: LocalEngine;
  readonly onTrap: (trap: Trap) => void;
  readonly onError: (error: unknown) => void;
  /** Monotonic, ms. */
  readonly nowMs?: () => number;
}

/** All devices together. */
const TOTAL_PER_SECOND = 1_000;
const TOTAL_BURST = 4_000;
/** Packets that are looked at at once: keys of new senders take a moment. */
const MAX_AT_ONCE = 1_000;
/** Devices that may share an address and still all be asked about a trap of one of them. */
const MAX_CANDIDATES = 4;
const RECEIVE_BUFFER_BYTES = 1024 * 1024;

/**
 * Receives v2c and v3 traps and informs on one UDP port. Who is no device of ours is dropped before anything is
 * decoded, floods are cut per device and in total, and nothing that arrives can make it throw or grow.
 */
export class TrapReceiver {
  readonly #options: TrapReceiverOptions;
  readonly #nowMs: () => number;
  readonly #total = new Bucket(TOTAL_PER_SECOND, TOTAL_BURST);
  readonly #v3: V3Notifications;
  readonly counts: TrapCounts = newTrapCounts();
  #socket: Socket | null = null;
  #atOnce = 0;

  constructor(options: TrapReceiverOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#v3 = new V3Notifications(options.engine, this.#nowMs);
  }

  get port(): number {
    return this.#socket?.address().port ?? 0;
  }

  /** @throws DetourError PORT_TAKEN */
  async start(): Promise<void> {
    const { host, port, onError } = this.#options;
    const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, host, () => {
        socket.off('error', reject);
        resolve();
      });
    }).catch((error: unknown) => {
      socket.close();
      throw new DetourError('PORT_TAKEN', `UDP port ${port} on ${host} for traps: ${messageOf(error)}`, {
        field: 'trapPort',
        value: port,
        hint: 'choose another with DETOUR_TRAP_PORT; ports below 1024 need the right to bind them',
        cause: error,
      });
    });
    socket.on('error', onError);
    socket.on('message', (packet, remote) => void this.receive(packet, remote));
    this.#socket = socket;
  }

  async stop(): Promise<void> {
    const socket = this.#socket;
    this.#socket = null;
    if (socket) await new Promise<void>((resolve) => socket.close(() => resolve()));
  }

  /** One packet; never rejects. Public so that tests need no socket. */
  async receive(packet: Buffer, remote: Pick<RemoteInfo, 'address' | 'port'>): Promise<void> {
    const senders = this.#options.senders.at(remote.address, remote.port);
    const refusal = this.#refusal(senders);
    if (refusal !== null) {
      this.counts.dropped[refusal] += 1;
      return;
    }
    this.#atOnce += 1;
    try {
      await this.#take(packet, remote, senders);
    } catch (error) {
      if (error instanceof WireError) this.counts.dropped.malformed += 1;
      else this.#options.onError(error);
    } finally {
      this.#atOnce -= 1;
    }
  }

  #refusal(senders: readonly Sender[]): DropReason | null {
    const [first] = senders;
    if (first === undefined) return 'unknownSender';
    const nowMs = this.#nowMs();
    // Of a shared address the first device's allowance counts for all.
    if (!first.bucket.take(nowMs)) return 'senderFlood';
    if (!this.#total.take(nowMs)) return 'totalFlood';
    return this.#atOnce >= MAX_AT_ONCE ? 'overload' : null;
  }

  async #take(packet: Buffer, remote: Pick<RemoteInfo, 'address' | 'port'>, senders: readonly Sender[]): Promise<void> {
    // Where an address is shared, credentials are what tells devices apart: the first that the packet fits.
    const references = [...new Set(senders.map(({ credentials }) => credentials))];
    let incoming: Incoming = dropped('noCredentials');
    for (const reference of references.slice(0, MAX_CANDIDATES)) {
      incoming = await this.#open(packet, reference);
      if (incoming.kind === 'dropped') continue;
      const candidates = senders.filter(({ credentials }) => credentials === reference);
      this.#accept(incoming, remote, candidates);
      return;
    }
    if (incoming.kind !== 'dropped') return;
    this.counts.dropped[incoming.reason] += 1;
    if (incoming.answer) this.#send(incoming.answer, remote);
  }

  async #open(packet: Buffer, reference: string | null): Promise<Incoming> {
    // A copy: checking authenticity changes the packet, and it may be tried with other credentials.
    const copy = Buffer.from(packet);
    const message = openMessage(copy);
    const { version, reader } = message;
    if (version !== VERSION_2C && version !== VERSION_3) return dropped('version');
    const v3 = version === VERSION_3 ? openV3(reader) : null;
    const credentials = await this.#options.keyring.of(reference);
    if (credentials.length === 0) return dropped('noCredentials');
    return v3 === null ? openV2cNotification(message, credentials) : this.#v3.open(copy, v3, credentials);
  }

  #accept(
    { notification, answer }: Extract<Incoming, { kind: 'notification' }>,
    remote: Pick<RemoteInfo, 'address' | 'port'>,
    candidates: readonly Sender[],
  ): void {
    if (answer) {
      this.counts.acknowledged += 1;
      this.#send(answer, remote);
    }
    if (candidates.length > MAX_CANDIDATES) {
      this.counts.dropped.ambiguousSender += 1;
      return;
    }
    this.counts.received[notification.kind] += 1;
    for (const { deviceId } of candidates) this.#options.onTrap({ deviceId, ...notification });
  }

  #send(answer: Buffer, { address, port }: Pick<RemoteInfo, 'address' | 'port'>): void {
    // What cannot be sent is lost like any datagram; the sender asks again.
    this.#socket?.send(answer, port, address, () => undefined);
  }
}
