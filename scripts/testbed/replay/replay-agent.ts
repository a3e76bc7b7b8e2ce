import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { decodeRequest, encodeResponse, oidBytes, PDU, tlv } from './ber.ts';
import type { Recorded, Recording } from './snmprec.ts';

/** The largest UDP payload; what does not fit is not sent at all, and the poller sees a timeout. */
const MAX_DATAGRAM = 65_507;
const NO_SUCH_INSTANCE = tlv(0x81);
const END_OF_MIB_VIEW = tlv(0x82);

/**
 * Plays recorded walks over SNMP v2c on loopback, one per community. Faithful to broken recordings: objects come in
 * the order of the file, and a value that cannot be read ends a walk, as snmpsim has it.
 */
export class ReplayAgent {
  readonly #recordings: ReadonlyMap<string, Recording>;
  readonly #socket = createSocket('udp4');
  readonly #startedMs = performance.now();
  requests = 0;

  constructor(recordings: ReadonlyMap<string, Recording>) {
    this.#recordings = recordings;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** On a free port unless told; every address of 127.0.0.0/8 is ours on Linux. */
  async start(address = '127.0.0.1', port = 0): Promise<this> {
    this.#socket.on('message', (packet, remote) => this.#answer(packet, remote));
    this.#socket.bind(port, address);
    await once(this.#socket, 'listening');
    return this;
  }

  stop(): void {
    this.#socket.close();
  }

  #answer(packet: Buffer, remote: RemoteInfo): void {
    const request = decodeRequest(packet);
    const recording = this.#recordings.get(request.community);
    if (!recording) return;
    this.requests += 1;
    const answer = encodeResponse(request.community, request.id, this.#varbinds(recording, request));
    if (answer.length <= MAX_DATAGRAM) this.#socket.send(answer, remote.port, remote.address);
  }

  #varbinds(recording: Recording, request: ReturnType<typeof decodeRequest>): Uint8Array[] {
    const { type, oids, nonRepeaters, maxRepetitions } = request;
    if (type === PDU.get) return oids.map((arcs) => this.#encode(recording.get(arcs), arcs, NO_SUCH_INSTANCE));
    if (type === PDU.getNext) return oids.map((arcs) => this.#encode(recording.after(arcs), arcs, END_OF_MIB_VIEW));
    const varbinds = oids
      .slice(0, nonRepeaters)
      .map((arcs) => this.#encode(recording.after(arcs), arcs, END_OF_MIB_VIEW));
    let cursors = oids.slice(nonRepeaters);
    for (let turn = 0; turn < maxRepetitions && cursors.length > 0; turn += 1) {
      const found = cursors.map((arcs) => recording.after(arcs));
      varbinds.push(...found.map((line, at) => this.#encode(line, cursors[at] ?? [], END_OF_MIB_VIEW)));
      if (found.every((line) => line === undefined)) break;
      cursors = cursors.map((arcs, at) => (isReadable(found[at]) ? (found[at] as Recorded).arcs : arcs));
    }
    return varbinds;
  }

  #encode(line: Recorded | undefined, asked: readonly number[], otherwise: Uint8Array): Uint8Array {
    const moving = line?.moving?.(performance.now() - this.#startedMs);
    return moving ?? line?.varbind ?? tlv(0x30, tlv(0x06, oidBytes(asked)), otherwise);
  }
}

function isReadable(line: Recorded | undefined): boolean {
  return line !== undefined && (line.varbind !== null || line.moving !== undefined);
}
