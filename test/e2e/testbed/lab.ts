import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PACKAGE_ROOT } from '../../../src/core/paths.ts';
import { validateNetwork } from '../../../topology/formats/detour-network.ts';
import type { Network } from '../../../topology/model.ts';
import { waitFor } from '../../support/wait.ts';
import { cleanEnv, freePort } from '../service.ts';
import { Bed, COMMUNITY } from './bed.ts';
import { Detour, type DetourOptions } from './detour.ts';
import { type Delivery, delivery, ON_THE_WAY_MS } from './host.ts';
import { highest } from './looks.ts';

const run = promisify(execFile);

/** The streams that cross the network from coast to coast all the time, one each way. */
const EAST = 1;
const WEST = 2;
/** One of the demands that congest a link together. */
const FLOWS = { packetsPerSecond: 1_160, bytes: 1_200, flows: 8 };
/** UDP, IPv4 and Ethernet, as interfaces count octets. */
const HEADERS_BYTES = 8 + 20 + 14;
/** Above what else may run on the machine: the scenarios measure time. */
const PRIORITY = -12;
/** From coast to coast, each way: enough packets to see a single one lost in a thousand. */
const FINE = { packetsPerSecond: 1000, bytes: 160 };
/** As much traffic in fewer packets, where nobody counts them: sending costs processor time. */
export const COARSE = { packetsPerSecond: 120, bytes: 1_300 };

/** Flows that are too much for the way that they take. */
export interface Congestion {
  readonly count: number;
  readonly offeredBps: number;
  delivery(sinceMs: number): Promise<Delivery>;
}

/** Routers with hosts and traffic, the network as discovered from one of them, and a service that looks after it. */
export class Lab {
  readonly bed: Bed;
  readonly folder: string;
  readonly networkFile: string;
  readonly network: Network;
  readonly service: DetourOptions;
  readonly #traffic: typeof FINE;
  /** What ends the faults that are made, and whatever else is to be gone before the next scenario; the latest last. */
  readonly #endings: (() => Promise<unknown>)[] = [];
  detour: Detour;

  private constructor(
    bed: Bed,
    traffic: typeof FINE,
    { folder, networkFile, service }: { folder: string; networkFile: string; service: DetourOptions },
  ) {
    this.bed = bed;
    this.#traffic = traffic;
    this.folder = folder;
    this.networkFile = networkFile;
    this.network = validateNetwork(JSON.parse(readFileSync(networkFile, 'utf8'))).network;
    this.service = service;
    this.detour = new Detour(service);
  }

  static async build(traffic: typeof FINE = FINE): Promise<Lab> {
    setPriority(PRIORITY);
    const folder = mkdtempSync(join(tmpdir(), 'detour-lab-'));
    const [trapPort, port] = [await freePort(), await freePort()];
    const bed = await Bed.build(trapPort);
    const networkFile = join(folder, 'bed.json');
    await waitFor('discovery to find every link', () => discovered(bed, networkFile), { timeoutMs: 30_000 });
    const service = { networkFile, dataDir: join(folder, 'data'), port, trapPort };
    return new Lab(bed, traffic, { folder, networkFile, service });
  }

  /** Starts the coast-to-coast traffic and the service; resolves when every link is known to be healthy. */
  async start(): Promise<void> {
    const [west, east] = [this.bed.host('STTL'), this.bed.host('WASH')];
    const order = { ...this.#traffic, flows: 1 };
    await west.send({ stream: EAST, ...order }, east);
    await east.send({ stream: WEST, ...order }, west);
    await this.detour.start();
    await this.calm();
  }

  /** Does something to the bed that ends with the scenario, if not before. */
  async fault(command: string, ending: string): Promise<void> {
    this.atEnd(() => this.bed.command(ending));
    await this.bed.command(command);
  }

  /** To be done when the scenario is over, whatever came of it. */
  atEnd(ending: () => Promise<unknown>): void {
    this.#endings.push(ending);
  }

  /**
   * As it was before a scenario: no fault, no change, all links healthy. After one that failed with a service that knows
   * nothing of it: what did harm is barred for a while, and would keep the next ones from happening.
   */
  async restore(hasFailed: boolean): Promise<void> {
    for (const end of this.#endings.splice(0).reverse()) await end();
    if (hasFailed) await this.renew();
    else await this.tidy();
  }

  /** A service without a past, and routers with the costs of their files. */
  async renew(): Promise<void> {
    await this.detour.stop();
    rmSync(this.service.dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    const costs = await this.bed.changedCosts();
    const changed = this.bed.plan.links.flatMap(({ id, a, z }) => [
      ...(`${id}:az` in costs ? [a] : []),
      ...(`${id}:za` in costs ? [z] : []),
    ]);
    for (const router of new Set(changed)) await this.bed.command(`restart ${router}`);
    await this.detour.start();
    await this.calm();
  }

  /** What became of the coast-to-coast packets sent since then, both ways together. */
  async coastToCoast(sinceMs: number): Promise<Delivery> {
    const [west, east] = [this.bed.host('STTL'), this.bed.host('WASH')];
    const untilMs = Date.now() - ON_THE_WAY_MS;
    const there = await delivery(west, east, EAST, sinceMs, untilMs);
    const back = await delivery(east, west, WEST, sinceMs, untilMs);
    const last = Math.max(there.lastLossMs ?? 0, back.lastLossMs ?? 0);
    return { sent: there.sent + back.sent, lost: there.lost + back.lost, lastLossMs: last > 0 ? last : null };
  }

  /**
   * Sixteen flows of two demands that together exceed the rate of the two links that both cross, until the scenario is
   * over, and tells the service what is sent, as whoever measures flows would.
   */
  async congest(): Promise<Congestion> {
    const from = this.bed.host('IPLS');
    const streams = ['WASH', 'NYCM'].map((router, index) => ({
      stream: 10 + index,
      router,
      to: this.bed.host(router),
    }));
    this.atEnd(() => this.#uncongest(streams.map(({ stream }) => stream)));
    for (const { stream, to } of streams) await from.send({ stream, ...FLOWS }, to);
    const bps = FLOWS.packetsPerSecond * (FLOWS.bytes + HEADERS_BYTES) * 8;
    const coast = this.#traffic.packetsPerSecond * (this.#traffic.bytes + HEADERS_BYTES) * 8;
    await this.detour.send('PUT', '/api/v1/demands', {
      format: 'detour-demands/1',
      demands: [
        ...streams.map(({ router }) => ({ id: `IPLS>${router}`, source: 'IPLS', target: router, bps })),
        { id: 'STTL>WASH', source: 'STTL', target: 'WASH', bps: coast },
        { id: 'WASH>STTL', source: 'WASH', target: 'STTL', bps: coast },
      ],
    });
    return {
      count: streams.length * FLOWS.flows,
      offeredBps: streams.length * bps,
      delivery: async (sinceMs) => {
        const untilMs = Date.now() - ON_THE_WAY_MS;
        const all = await Promise.all(streams.map(({ stream, to }) => delivery(from, to, stream, sinceMs, untilMs)));
        const last = Math.max(...all.map(({ lastLossMs }) => lastLossMs ?? 0));
        const sum = (read: (one: Delivery) => number): number => all.reduce((total, one) => total + read(one), 0);
        return { sent: sum(({ sent }) => sent), lost: sum(({ lost }) => lost), lastLossMs: last > 0 ? last : null };
      },
    };
  }

  async #uncongest(streams: readonly number[]): Promise<void> {
    for (const stream of streams) await this.bed.host('IPLS').stop(stream);
    await this.detour.send('DELETE', '/api/v1/demands', undefined);
    const isQuiet = async (): Promise<boolean> => (await highest(this.detour)) < 0.3;
    await waitFor('the flows to be measured no more', isQuiet, { timeoutMs: 60_000 });
  }

  async close(): Promise<void> {
    await this.detour.stop();
    await this.bed.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  /** Resolves when all links are healthy, nothing is proposed, and every router has the costs it was started with. */
  async calm(): Promise<void> {
    await waitFor(
      'all links to be healthy and all costs to be as they were',
      async () => {
        const [links, open, costs] = await Promise.all([
          this.detour.links(),
          this.detour.openReroutes(),
          this.bed.changedCosts(),
        ]);
        const bad = links.filter(({ state }) => state !== 'healthy').map(({ id, state }) => `${id} ${state}`);
        const rest = [...bad, ...open.map(({ id, status }) => `${id} ${status}`), ...Object.keys(costs)];
        if (rest.length > 0) throw new Error(rest.join(', '));
        return true;
      },
      { timeoutMs: 90_000, everyMs: 200 },
    );
  }

  /** Takes back what is in the network and dismisses what is not, as a person would who knows that all is well again. */
  async tidy(): Promise<void> {
    for (const { id, status } of await this.detour.openReroutes()) {
      const decision = status === 'applied' || status === 'verified' ? 'rollback' : 'dismiss';
      // Where it was faster by itself there is nothing left to decide; `calm` sees to that.
      await this.detour.send('POST', `/api/v1/reroutes/${id}/${decision}`, { reason: 'tidy' }).catch(() => undefined);
    }
    await this.calm();
  }
}

async function discovered(bed: Bed, networkFile: string): Promise<boolean> {
  const seed = bed.plan.nodes[0]?.address ?? '';
  const flags = [
    '--within',
    bed.plan.within,
    '--credentials',
    'env:BED_COMMUNITY',
    '--name',
    'bed',
    '--out',
    networkFile,
  ];
  const args = [join('dist', 'src', 'cli', 'main.js'), 'discover', '--seed', seed, ...flags];
  await run(process.execPath, args, { cwd: PACKAGE_ROOT, env: cleanEnv({ BED_COMMUNITY: COMMUNITY }) });
  const { links } = JSON.parse(readFileSync(networkFile, 'utf8')) as {
    links: { discovery: { evidence: { source: string }[] } }[];
  };
  const told = links.filter(({ discovery }) => discovery.evidence.some(({ source }) => source === 'ospf-lsdb'));
  return told.length === bed.plan.links.length;
}
