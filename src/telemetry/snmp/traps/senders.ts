import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Network } from '../../../../topology/model.ts';
import { Bucket } from './bucket.ts';

/** A device as a sender of traps. */
export interface Sender {
  readonly deviceId: string;
  readonly port: number;
  /** `env:NAME` or `file:PATH`; null where the network file names none. */
  readonly credentials: string | null;
  readonly bucket: Bucket;
}

/** Packets of one device: a line card with all its ports going down at once fits. */
const SENDER_PER_SECOND = 20;
const SENDER_BURST = 100;

/**
 * The devices of a network by the address that their traps come from. Its size is the network's, whatever arrives.
 * Names are looked up once; a device whose name cannot be resolved then is heard by polling only.
 */
export class Senders {
  readonly #byAddress = new Map<string, Sender[]>();

  static async of(network: Network, onWarning: (message: string) => void): Promise<Senders> {
    const senders = new Senders();
    const named = network.nodes.flatMap(({ id, address, snmpPort, credentials }) => {
      if (address === null) return [];
      const bucket = new Bucket(SENDER_PER_SECOND, SENDER_BURST);
      return [{ address, sender: { deviceId: id, port: snmpPort, credentials, bucket } }];
    });
    await Promise.all(named.map(({ address, sender }) => senders.#add(address, sender, onWarning)));
    return senders;
  }

  /** Who may have sent from there: the one device whose agent has this very port, else all of the address. */
  at(address: string, port: number): readonly Sender[] {
    const all = this.#byAddress.get(plainAddress(address)) ?? [];
    const exact = all.filter((sender) => sender.port === port);
    return exact.length === 1 ? exact : all;
  }

  async #add(address: string, sender: Sender, onWarning: (message: string) => void): Promise<void> {
    const found = isIP(address) === 0 ? await resolved(address, onWarning) : [address];
    for (const each of found) {
      const key = plainAddress(each);
      const known = this.#byAddress.get(key);
      if (known) known.push(sender);
      else this.#byAddress.set(key, [sender]);
    }
  }
}

async function resolved(name: string, onWarning: (message: string) => void): Promise<string[]> {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch {
    onWarning(`traps of ${name} will not be known as its own: the name cannot be resolved`);
    return [];
  }
}

/** One spelling of each address; IPv4 in IPv6 (`::ffff:10.0.0.1`), as sockets of both kinds show it, is IPv4. */
function plainAddress(address: string): string {
  if (isIP(address) !== 6) return address;
  const bare = address.split('%')[0] ?? address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  return mapped ?? new URL(`http://[${bare}]/`).hostname.slice(1, -1);
}
