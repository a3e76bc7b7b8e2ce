import { isIPv6 } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import type { AgentCredentials } from './agent-credentials.ts';
import type { SnmpClient } from './client.ts';
import { type EngineCounts, newCounts } from './engine/counts.ts';
import type { Protocol } from './engine/protocol.ts';
import { V2cProtocol } from './engine/protocol-v2c.ts';
import { V3Protocol } from './engine/protocol-v3.ts';
import { ConnectedTransport, SharedTransport, type Transport } from './engine/transport.ts';
import { WireClient } from './engine/wire-client.ts';

/** An agent and how to speak to it: v2c with a community, or v3 as a user. */
export type SnmpTarget = { readonly address: string; readonly port: number } & AgentCredentials;

/** An SNMP client for one agent, with a socket of its own that opens with the first request. */
export function createSnmpClient(target: SnmpTarget, clock: Clock): SnmpClient {
  return clientOf(target, clock, new ConnectedTransport(), newCounts());
}

/** Clients of many agents in one process: they share a few sockets and are counted together. */
export class SnmpEngine {
  readonly #clock: Clock;
  readonly #counts: EngineCounts = newCounts();
  readonly #transport: Transport;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#transport = new SharedTransport(() => {
      this.#counts.unexpected.stranger += 1;
    });
  }

  client(target: SnmpTarget): SnmpClient {
    return clientOf(target, this.#clock, this.#transport, this.#counts);
  }

  /** What happened so far, as plain numbers; a copy. */
  counts(): EngineCounts {
    return { ...this.#counts, unexpected: { ...this.#counts.unexpected } };
  }
}

function clientOf(target: SnmpTarget, clock: Clock, transport: Transport, counts: EngineCounts): SnmpClient {
  const { address, port } = target;
  const where = isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
  return new WireClient({ address, port, where, protocol: protocolOf(target), transport, counts, clock });
}

function protocolOf(target: SnmpTarget): Protocol {
  return 'user' in target ? new V3Protocol(target.user, () => performance.now()) : new V2cProtocol(target.community);
}
