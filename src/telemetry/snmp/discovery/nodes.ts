import { ipv4Number, ipv4Text } from '../device/addresses.ts';
import type { InterfaceReport, NeighbourReport } from '../device/report.ts';
import type { Device } from './device.ts';
import type { RouterLsa } from './router-lsa.ts';

/** A device with the id it has in the network. */
export interface DiscoveredNode {
  readonly id: string;
  readonly device: Device;
}

/** The devices with ids of their own: system names, told apart by address where two have the same. */
export function nodesOf(devices: readonly Device[]): DiscoveredNode[] {
  const all = [...devices, ...silentRouters(devices)];
  const names = all.map(({ sysName, address, routerId }) => plainId(sysName ?? address ?? routerId ?? 'unnamed'));
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return all.map((device, at) => {
    const name = names[at] ?? 'unnamed';
    const isAlone = counts.get(name) === 1;
    return { id: isAlone ? name : `${name}@${device.address ?? device.routerId ?? at}`, device };
  });
}

/** Ids stand in URLs and keys. */
function plainId(text: string): string {
  const plain = text
    .replace(/[^\p{L}\p{N}._@-]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 100);
  return plain === '' || plain === '.' || plain === '..' ? 'unnamed' : plain;
}

/** Routers of the OSPF area that did not answer us: their neighbours' database still tells their links. */
function silentRouters(devices: readonly Device[]): Device[] {
  const lsas = devices.flatMap((device) => device.lsas);
  const known = new Set(devices.map(({ routerId }) => routerId));
  return distinctRouters(lsas)
    .filter(({ routerId }) => !known.has(routerId))
    .map((lsa) => ({
      address: null,
      port: null,
      sysName: null,
      chassisId: null,
      routerId: lsa.routerId,
      systemId: null,
      interfaces: [],
      addresses: lsa.links
        .filter(({ address }) => !address.startsWith('0.'))
        .map(({ address }) => ({ ifIndex: ipv4Number(address) ?? 0, address, prefixLength: 30 })),
      neighbours: [],
      portIds: new Map(),
      lsas: [],
      latency: [],
      problems: [],
    }));
}

export function distinctRouters(lsas: readonly RouterLsa[]): RouterLsa[] {
  return [...new Map(lsas.map((lsa) => [lsa.routerId, lsa])).values()];
}

/** Finds nodes by whatever a neighbour calls them. */
export class NodeFinder {
  readonly #nodes: readonly DiscoveredNode[];
  readonly #byKey = new Map<string, DiscoveredNode | null>();

  constructor(nodes: readonly DiscoveredNode[]) {
    this.#nodes = nodes;
    for (const node of nodes) for (const key of new Set(keysOf(node.device))) this.#add(key, node);
  }

  /** The node that a neighbour report is about; null when none is, or when several could be. */
  remote(neighbour: NeighbourReport): DiscoveredNode | null {
    const { remoteId, remoteAddress, remoteSystem } = neighbour;
    const keys = [
      ...(remoteId === null ? [] : [`id:${remoteId}`]),
      ...(remoteAddress === null ? [] : [`address:${remoteAddress}`]),
      ...(remoteSystem === null ? [] : [`name:${shortName(remoteSystem)}`]),
    ];
    return keys.map((key) => this.#byKey.get(key)).find((node) => node != null) ?? null;
  }

  byRouterId(routerId: string): DiscoveredNode | null {
    return this.#nodes.find(({ device }) => device.routerId === routerId) ?? null;
  }

  /** The node whose name stands in the text as a word of its own; null when none does, or several do. */
  namedIn(text: string, except: DiscoveredNode): DiscoveredNode | null {
    const words = new Set(text.toLowerCase().split(/[^\p{L}\p{N}._-]+/u));
    const named = this.#nodes.filter((node) => {
      const name = node.device.sysName === null ? '' : shortName(node.device.sysName);
      return node !== except && name.length >= 2 && words.has(name);
    });
    return named.length === 1 ? (named[0] ?? null) : null;
  }

  #add(key: string, node: DiscoveredNode): void {
    const known = this.#byKey.get(key);
    this.#byKey.set(key, known === undefined || known === node ? node : null);
  }
}

function keysOf({ chassisId, routerId, systemId, sysName, address, addresses }: Device): string[] {
  return [
    ...[chassisId, routerId, systemId].flatMap((id) => (id === null ? [] : [`id:${id}`])),
    ...(sysName === null ? [] : [`name:${shortName(sysName)}`, `id:${sysName}`]),
    ...(address === null ? [] : [`address:${address}`]),
    ...addresses.filter((own) => own.address !== '127.0.0.1').map((own) => `address:${own.address}`),
  ];
}

/** Without its domain, and without the serial number that NX-OS puts in brackets for CDP. */
function shortName(name: string): string {
  const bare = name.replace(/\(.*\)$/, '').toLowerCase();
  return /^[\d.]+$/.test(bare) ? bare : (bare.split('.')[0] ?? bare);
}

/** The interface of the far end that a neighbour report names, by the subtype of its port id. */
export function remoteInterface(node: DiscoveredNode, neighbour: NeighbourReport): number | null {
  const { remotePort, remotePortSubtype, remotePortDescription, remoteAddress, protocol } = neighbour;
  const { interfaces, portIds, addresses } = node.device;
  if (protocol === 'ospf' || protocol === 'isis') return ownerOf(addresses, remoteAddress);
  if (remotePort === null) return null;
  const one = (pick: (row: InterfaceReport) => string | null, text: string | null): number | null => {
    const found = text === null || text === '' ? [] : interfaces.filter((row) => pick(row) === text);
    return found.length === 1 ? (found[0]?.ifIndex ?? null) : null;
  };
  const byName = one(({ name }) => name, remotePort) ?? one(({ description }) => description, remotePort);
  const numbered = interfaces.find(({ ifIndex }) => String(ifIndex) === remotePort)?.ifIndex ?? null;
  const bySubtype: Readonly<Record<string, () => number | null>> = {
    interfaceName: () => byName,
    macAddress: () => one(({ macAddress }) => macAddress, remotePort.toLowerCase()),
    interfaceAlias: () => one(({ alias }) => alias, remotePort) ?? byName,
    networkAddress: () => ownerOf(addresses, remotePort),
    local: () => portIds.get(remotePort) ?? numbered ?? byName,
  };
  const found = bySubtype[remotePortSubtype ?? '']?.() ?? null;
  return found ?? portIds.get(remotePort) ?? byName ?? one(({ name }) => name, remotePortDescription);
}

function ownerOf(addresses: Device['addresses'], address: string | null): number | null {
  return addresses.find((own) => own.address === address)?.ifIndex ?? null;
}

/** Network address of an interface address, for pairing the two ends of a subnet. */
export function networkOf(address: string, prefixLength: number): string {
  const value = ipv4Number(address) ?? 0;
  const mask = prefixLength === 0 ? 0 : (0xffffffff << (32 - prefixLength)) >>> 0;
  return `${ipv4Text((value & mask) >>> 0)}/${prefixLength}`;
}
