import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { compareOids } from '../../../src/telemetry/snmp/oid.ts';
import { decodeRequest, encodeResponse, endOfMibView, noSuchInstance, PDU, type Request, type Row } from './ber.ts';

/** What an agent knows, by OID. */
export type Mib = Map<string, Row['cell']>;

/** The packets that answer a request; none to stay silent. */
export type Behaviour = (request: Request, mib: Mib) => readonly Buffer[];

/** An honest answer. */
export const honest: Behaviour = (request, mib) => [
  encodeResponse({ community: request.community, id: request.id, rows: rowsOf(request, mib) }),
];

/** What an honest agent would put into its answer. */
export function rowsOf(request: Request, mib: Mib): Row[] {
  if (request.type === PDU.get) return request.oids.map((oid) => ({ oid, cell: mib.get(oid) ?? noSuchInstance }));
  if (request.type === PDU.getNext) return request.oids.map((oid) => nextOf(oid, mib));
  const rows: Row[] = [];
  let cursors = request.oids;
  for (let turn = 0; turn < request.second; turn += 1) {
    const row = cursors.map((oid) => nextOf(oid, mib));
    rows.push(...row);
    cursors = row.map(({ oid }) => oid);
  }
  return rows;
}

function nextOf(oid: string, mib: Mib): Row {
  const next = [...mib.keys()].filter((key) => compareOids(key, oid) > 0).sort(compareOids)[0];
  const cell = next === undefined ? undefined : mib.get(next);
  return next === undefined || cell === undefined ? { oid, cell: endOfMibView } : { oid: next, cell };
}

/** A UDP agent on loopback that answers as it is told to. */
export class RogueAgent {
  readonly mib: Mib;
  behaviour: Behaviour;
  readonly requests: Request[] = [];
  readonly #socket: Socket = createSocket('udp4');

  constructor(mib: Mib = new Map(), behaviour: Behaviour = honest) {
    this.mib = mib;
    this.behaviour = behaviour;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  async start(): Promise<this> {
    this.#socket.on('message', (packet, remote) => this.#answer(packet, remote));
    this.#socket.bind(0, '127.0.0.1');
    await once(this.#socket, 'listening');
    return this;
  }

  /** The port the last request came from. */
  lastRemotePort = 0;

  /** A packet out of turn, from the port that was asked. */
  send(packet: Buffer, port: number): void {
    this.#socket.send(packet, port, '127.0.0.1');
  }

  stop(): void {
    this.#socket.close();
  }

  #answer(packet: Buffer, remote: RemoteInfo): void {
    const request = decodeRequest(packet);
    this.requests.push(request);
    this.lastRemotePort = remote.port;
    for (const answer of this.behaviour(request, this.mib)) this.#socket.send(answer, remote.port, remote.address);
  }
}
