import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock } from '../../../core/clock.ts';
import { DetourError, messageOf } from '../../../core/errors.ts';
import type { SnmpClient } from '../client.ts';
import type { NeighbourReport } from '../device/report.ts';
import type { ReadLimits } from '../device/tables.ts';
import { type Device, readForDiscovery } from './device.ts';
import { type Bounds, isUsable } from './prefix.ts';

export interface CrawlLimits extends ReadLimits {
  readonly maxDevices: number;
  /** Steps away from the seed. */
  readonly maxDepth: number;
  /** Time for all of it, ms. */
  readonly totalMs: number;
  /** Devices that are asked at once. */
  readonly inFlight: number;
}

export const DEFAULT_CRAWL_LIMITS: CrawlLimits = {
  timeoutMs: 2_000,
  deadlineMs: 30_000,
  maxDevices: 500,
  maxDepth: 32,
  totalMs: 300_000,
  inFlight: 8,
};

/** An address that was told to us and is not among the devices. */
export interface Unreached {
  readonly address: string | null;
  readonly name: string | null;
  readonly toldBy: string;
  readonly reason: string;
}

export interface Crawl {
  readonly devices: readonly Device[];
  readonly unreached: readonly Unreached[];
  /** Null when the walk came to its own end; else the limit that stopped it. */
  readonly cutBy: string | null;
}

interface Step {
  readonly address: string;
  readonly port: number;
  readonly name: string | null;
  readonly depth: number;
  readonly toldBy: string;
}

/** An agent that is known by name. */
export interface KnownAgent {
  readonly names: readonly string[];
  readonly address: string;
  readonly port: number;
}

export interface CrawlOptions {
  /** An address; `resolveSeed` gives that of a name. */
  readonly seed: string;
  readonly bounds: Bounds;
  readonly limits: CrawlLimits;
  readonly clock: Clock;
  /** UDP port of the agents, but for those that `known` has another for. */
  readonly port: number;
  /** Where devices are that a network file has already: neighbours tell names, and seldom ports. */
  readonly known?: readonly KnownAgent[];
  readonly connect: (address: string, port: number) => SnmpClient;
  readonly onDevice?: (device: Device, known: number) => void;
}

/**
 * Walks from device to device. The credentials go to every address on the way, and neighbours are told by the
 * devices themselves, so nobody outside the bounds is ever asked, whatever they tell.
 * @throws DetourError of the client when the seed does not answer, INVALID_INPUT when it is out of bounds itself.
 */
export async function crawl(options: CrawlOptions): Promise<Crawl> {
  return new Crawler(options).run();
}

class Crawler {
  readonly #options: CrawlOptions;
  readonly #endsAtMs: number;
  readonly #devices: Device[] = [];
  readonly #unreached = new Map<string, Unreached>();
  readonly #asked = new Set<string>();
  #cutBy: string | null = null;

  constructor(options: CrawlOptions) {
    this.#options = options;
    this.#endsAtMs = options.clock.nowMs() + options.limits.totalMs;
  }

  async run(): Promise<Crawl> {
    const { seed } = this.#options;
    if (!this.#options.bounds.holds(seed)) {
      throw new DetourError(
        'INVALID_INPUT',
        `the seed ${seed} is not within ${this.#options.bounds.texts.join(', ')}`,
        {
          field: 'seed',
          value: seed,
        },
      );
    }
    const { port } = this.#options;
    this.#asked.add(`${seed} ${port}`);
    let wave = await this.#visit({ address: seed, port, name: null, depth: 0, toldBy: 'you' }, true);
    while (wave.length > 0) wave = await this.#visitAll(wave);
    const known = new Set(this.#devices.flatMap(({ addresses }) => addresses.map(({ address }) => address)));
    const unreached = [...this.#unreached.values()].filter(({ address }) => address === null || !known.has(address));
    return { devices: this.#devices, unreached, cutBy: this.#cutBy };
  }

  /** One wave, a few at a time; gives the next one. */
  async #visitAll(wave: readonly Step[]): Promise<Step[]> {
    const rest = [...wave];
    const next: Step[] = [];
    const worker = async (): Promise<void> => {
      for (let step = rest.shift(); step !== undefined; step = rest.shift()) {
        const limit = this.#limitReached(step);
        if (limit !== null) this.#giveUp(step, limit);
        else if (!this.#isKnown(step)) next.push(...(await this.#visit(step, false)));
      }
    };
    await Promise.all(Array.from({ length: this.#options.limits.inFlight }, worker));
    return next;
  }

  #limitReached(step: Step): string | null {
    const { limits, clock } = this.#options;
    if (this.#devices.length >= limits.maxDevices) return `more than ${limits.maxDevices} devices`;
    if (step.depth > limits.maxDepth) return `more than ${limits.maxDepth} steps from the seed`;
    return clock.nowMs() >= this.#endsAtMs ? `not finished within ${limits.totalMs / 1000} s` : null;
  }

  #giveUp(step: Step, limit: string): void {
    this.#cutBy ??= limit;
    this.#unreached.set(`${step.address} ${step.port}`, { ...told(step), reason: limit });
  }

  /** Reached already under another address; one that several agents share tells nothing. */
  #isKnown({ address, port }: Step): boolean {
    if (this.#isShared(address))
      return this.#devices.some((device) => device.address === address && device.port === port);
    return this.#devices.some((device) => device.addresses.some((own) => own.address === address));
  }

  #isShared(address: string): boolean {
    return this.#agents.filter((agent) => agent.address === address).length > 1;
  }

  async #visit(step: Step, mustAnswer: boolean): Promise<Step[]> {
    const { clock, connect, limits } = this.#options;
    const client = connect(step.address, step.port);
    const deadlineMs = Math.max(1, Math.min(limits.deadlineMs, this.#endsAtMs - clock.nowMs()));
    try {
      // One router's database has the whole area; that of an area border router's neighbours would not add to it.
      const wantsLsdb = !this.#devices.some(({ lsas }) => lsas.length > 0);
      const device = await readForDiscovery(client, step, { ...limits, deadlineMs }, clock, wantsLsdb);
      return this.#add(device, step);
    } catch (error) {
      if (mustAnswer) throw error;
      this.#unreached.set(`${step.address} ${step.port}`, { ...told(step), reason: messageOf(error) });
      return [];
    } finally {
      client.close();
    }
  }

  #add(device: Device, step: Step): Step[] {
    // Two addresses of one device may be under way at the same time.
    if (
      this.#devices.some((known) => isSame(known, device)) ||
      this.#devices.length >= this.#options.limits.maxDevices
    ) {
      return [];
    }
    this.#devices.push(device);
    this.#options.onDevice?.(device, this.#devices.length);
    return this.#tellings(device, step);
  }

  #tellings(device: Device, { depth }: Step): Step[] {
    const toldBy = device.sysName ?? device.address ?? '';
    const told = [...device.neighbours.flatMap(addressesTold), ...subnetPeers(device), ...lsaAddresses(device)];
    const steps = told.flatMap(({ address, name }) =>
      this.#stepTo({ ...this.#at(address), name, depth: depth + 1, toldBy }),
    );
    const known = device.neighbours.flatMap(({ remoteSystem }) => this.#byName(remoteSystem));
    return [
      ...steps,
      ...known.flatMap(({ address, port, names: [name = null] }) =>
        this.#stepTo({ address, port, name, depth: depth + 1, toldBy }),
      ),
    ];
  }

  /** The port that the network file has for this address; of several agents there none can be meant. */
  #at(address: string): { address: string; port: number } {
    const [only, second] = this.#agents.filter((agent) => agent.address === address);
    return { address, port: only && second === undefined ? only.port : this.#options.port };
  }

  #byName(name: string | null): readonly KnownAgent[] {
    return name === null ? [] : this.#agents.filter(({ names }) => names.includes(name));
  }

  get #agents(): readonly KnownAgent[] {
    return this.#options.known ?? [];
  }

  #stepTo(step: Step): Step[] {
    const { bounds, seed } = this.#options;
    const key = `${step.address} ${step.port}`;
    if (this.#asked.has(key)) return [];
    this.#asked.add(key);
    if (!isUsable(step.address, seed)) return [];
    if (bounds.holds(step.address)) return [step];
    this.#unreached.set(`${step.address} ${step.port}`, {
      ...told(step),
      reason: `not within ${bounds.texts.join(', ')}`,
    });
    return [];
  }
}

function told({ address, name, toldBy }: Step): Omit<Unreached, 'reason'> {
  return { address, name, toldBy };
}

interface Told {
  readonly address: string;
  readonly name: string | null;
}

/** A neighbour's management address; a router id often is the address of its loopback. */
function addressesTold({ protocol, remoteAddress, remoteId, remoteSystem }: NeighbourReport): Told[] {
  const ids = protocol === 'ospf' && remoteId !== null ? [remoteId] : [];
  return [remoteAddress, ...ids].flatMap((address) => (address === null ? [] : [{ address, name: remoteSystem }]));
}

/** The other address of each /30 and /31. */
function subnetPeers({ addresses }: Device): Told[] {
  return addresses.flatMap(({ address, prefixLength }) => {
    if (prefixLength !== 30 && prefixLength !== 31) return [];
    const last = Number(address.split('.')[3]);
    const peer = prefixLength === 31 ? last ^ 1 : last ^ 3;
    return [{ address: [...address.split('.').slice(0, 3), peer].join('.'), name: null }];
  });
}

function lsaAddresses({ lsas }: Device): Told[] {
  return lsas.map(({ routerId }) => ({ address: routerId, name: null }));
}

/** Every host has it. */
const EVERYWHERE = '127.0.0.1';

/** One device under two addresses. */
function isSame(left: Device, right: Device): boolean {
  const shares = (key: 'chassisId' | 'routerId' | 'systemId'): boolean =>
    left[key] !== null && left[key] === right[key];
  if (shares('chassisId') || shares('routerId') || shares('systemId')) return true;
  const shared = left.addresses.some(
    (own) => own.address !== EVERYWHERE && right.addresses.some(({ address }) => address === own.address),
  );
  return shared && left.sysName === right.sysName;
}

/** The seed's address. @throws DetourError NOT_FOUND */
export async function resolveSeed(seed: string): Promise<string> {
  if (isIP(seed) !== 0) return seed;
  try {
    return (await lookup(seed)).address;
  } catch (cause) {
    throw new DetourError('NOT_FOUND', `seed: the name ${seed} cannot be resolved`, {
      field: 'seed',
      value: seed,
      cause,
    });
  }
}
