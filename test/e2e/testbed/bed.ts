import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { installed } from '../../integration/snmp-tools.ts';
import { Testbed } from '../../integration/testbed.ts';
import { Host } from './host.ts';

export const COMMUNITY = 'bed-readers';
export const PASSWORD = 'bed-vty';

const run = promisify(execFile);

export interface BedLink {
  readonly id: string;
  readonly a: string;
  readonly z: string;
  readonly aInterface: string;
  readonly zInterface: string;
  readonly metric: number;
}

interface BedPlan {
  readonly name: string;
  readonly within: string;
  readonly ours: string;
  readonly nodes: readonly { readonly id: string; readonly address: string }[];
  readonly links: readonly BedLink[];
  readonly hosts: readonly { readonly router: string; readonly namespace: string; readonly address: string }[];
}

/** What the scenarios on real routers need and this machine does not have; empty where they can run. */
export function missingForBed(): string[] {
  const programs = ['ip', 'tc', 'nft', 'snmpd', 'lldpd', 'snmpbulkwalk', 'snmpset', 'vtysh', '/usr/lib/frr/ospfd'];
  return [
    ...(process.getuid?.() === 0 ? [] : ['root']),
    ...programs.filter((program) => !installed(program)),
    ...(hasFrrSnmp() ? [] : ['frr-snmp']),
  ];
}

/** FRRouting's modules lie in a folder that is named after the machine's architecture. */
function hasFrrSnmp(): boolean {
  const folders = readdirSync('/usr/lib').map((name) => `/usr/lib/${name}/frr/modules/ospfd_snmp.so`);
  return [...folders, '/usr/lib/frr/modules/ospfd_snmp.so'].some((path) => existsSync(path));
}

/** Eleven real routers with hosts that send real traffic, and what can be done to them. */
export class Bed {
  readonly plan: BedPlan;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly #testbed: Testbed;

  private constructor(testbed: Testbed, plan: BedPlan, hosts: ReadonlyMap<string, Host>) {
    this.#testbed = testbed;
    this.plan = plan;
    this.hosts = hosts;
  }

  static async build(trapPort: number): Promise<Bed> {
    const env = { TESTBED_PASSWORD: PASSWORD, TESTBED_TRAP_PORT: String(trapPort) };
    const testbed = new Testbed('bed.sh', COMMUNITY, env);
    const plan = (await testbed.answer()) as BedPlan;
    const hosts = await Promise.all(
      plan.hosts.map(async ({ router, namespace, address }) => {
        return [router, await Host.start(namespace, address)] as const;
      }),
    );
    return new Bed(testbed, plan, new Map(hosts));
  }

  /** Resolves when the bed has done it; see scripts/testbed/bed.sh. */
  command(text: string): Promise<void> {
    return this.#testbed.command(text);
  }

  async close(): Promise<void> {
    for (const host of this.hosts.values()) host.close();
    await this.#testbed.close();
  }

  host(router: string): Host {
    const host = this.hosts.get(router);
    if (!host) throw new Error(`there is no host at ${router}`);
    return host;
  }

  /** OSPF costs as the routers themselves have them, by arc. */
  async costs(): Promise<Map<string, number>> {
    const { links, nodes } = this.plan;
    const byRouter = await Promise.all(
      nodes.map(async ({ id }) => [id, await this.#interfaces(id).catch(() => ({}) as Interfaces)] as const),
    );
    const costOf = new Map(byRouter);
    return new Map(
      links.flatMap(({ id, a, z, aInterface, zInterface }) => [
        [`${id}:az`, costOf.get(a)?.[aInterface]?.cost ?? Number.NaN] as const,
        [`${id}:za`, costOf.get(z)?.[zInterface]?.cost ?? Number.NaN] as const,
      ]),
    );
  }

  /** Arcs whose cost is not the one that the router was started with, with the cost they have. */
  async changedCosts(): Promise<Record<string, number>> {
    const metric = new Map(this.plan.links.map((link) => [link.id, link.metric]));
    const changed = [...(await this.costs())].filter(([arc, cost]) => cost !== metric.get(arc.slice(0, -3)));
    return Object.fromEntries(changed);
  }

  /** The router's own table, as the kernel forwards by it: next interfaces by destination prefix. */
  async routes(router: string): Promise<Map<string, string[]>> {
    const { stdout } = await run('ip', ['-n', `${this.plan.name}-${router}`, '-j', 'route', 'show', 'proto', 'ospf']);
    const entries = JSON.parse(stdout) as { dst: string; dev?: string; nexthops?: { dev: string }[] }[];
    return new Map(
      entries.map(({ dst, dev, nexthops }) => [dst, (nexthops ?? [{ dev: dev ?? '' }]).map((hop) => hop.dev).sort()]),
    );
  }

  async #interfaces(router: string): Promise<Interfaces> {
    const socket = `/tmp/detour-bed-${this.plan.name.slice(2)}/${router}`;
    const args = ['--vty_socket', socket, '-d', 'ospfd', '-c', 'show ip ospf interface json'];
    const { stdout } = await run('vtysh', args);
    return (JSON.parse(stdout) as { interfaces: Interfaces }).interfaces;
  }
}

type Interfaces = Readonly<Record<string, { readonly cost: number }>>;
