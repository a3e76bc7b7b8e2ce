import type { Clock } from '../../core/clock.ts';
import type { SnmpClient } from './client.ts';
import { INTERFACE } from './mib.ts';
import { macOf, textOf } from './varbind.ts';
import { type WalkLimits, type WalkProblem, walkColumns } from './walk.ts';

export interface FoundInterface {
  readonly ifIndex: string;
  readonly name: string;
  readonly nameColumn: typeof INTERFACE.ifName | typeof INTERFACE.ifDescr;
  /** `00:11:22:33:44:55`; null where it has none, or one that others have too (units and members of aggregates). */
  readonly mac: string | null;
}

export interface InterfaceMap {
  /** The first of each name. */
  readonly byName: ReadonlyMap<string, FoundInterface>;
  /** All that bear a name which is not the name of one alone. */
  readonly namesakes: ReadonlyMap<string, readonly FoundInterface[]>;
  /** By addresses that are those of one interface alone. */
  readonly byMac: ReadonlyMap<string, FoundInterface>;
  readonly problems: readonly WalkProblem[];
}

const NO_MAC = '00:00:00:00:00:00';

/**
 * Finds the present ifIndex of interfaces: by ifName, else by ifDescr (agents without ifXTable, and network files
 * written with the long names), and by MAC address.
 * @throws DetourError SNMP_TIMEOUT when the agent does not answer.
 */
export async function mapInterfaces(client: SnmpClient, limits: WalkLimits, clock: Clock): Promise<InterfaceMap> {
  const nameColumns = [INTERFACE.ifName, INTERFACE.ifDescr] as const;
  const { columns, problems } = await walkColumns(client, [...nameColumns, INTERFACE.ifPhysAddress], limits, clock);
  const macs = ownMacs(columns.get(INTERFACE.ifPhysAddress) ?? new Map());
  const named = new Map<string, FoundInterface[]>();
  for (const nameColumn of nameColumns) {
    for (const [ifIndex, cell] of columns.get(nameColumn) ?? []) {
      add(named, { ifIndex, name: textOf(cell) ?? '', nameColumn, mac: macs.get(ifIndex) ?? null });
    }
  }
  const all = [...named.values()].flat();
  return {
    byName: new Map([...named].map(([name, [first]]) => [name, first as FoundInterface])),
    namesakes: new Map([...named].filter(([, bearers]) => bearers.length > 1)),
    // By ifName rather than by ifDescr, which come last.
    byMac: new Map(all.reverse().flatMap((found) => (found.mac === null ? [] : [[found.mac, found]]))),
    problems,
  };
}

/** A name of one column goes before the same name of the next: most have both. */
function add(named: Map<string, FoundInterface[]>, found: FoundInterface): void {
  const bearers = named.get(found.name) ?? [];
  const isKnown = bearers.some(({ nameColumn }) => nameColumn !== found.nameColumn);
  if (found.name !== '' && !isKnown) named.set(found.name, [...bearers, found]);
}

/** Addresses by ifIndex, without those that several interfaces have. */
function ownMacs(cells: ReadonlyMap<string, Parameters<typeof macOf>[0]>): Map<string, string> {
  const owners = new Map<string, string[]>();
  for (const [ifIndex, cell] of cells) {
    const mac = macOf(cell);
    if (mac !== null && mac !== NO_MAC) owners.set(mac, [...(owners.get(mac) ?? []), ifIndex]);
  }
  return new Map([...owners].flatMap(([mac, [own, ...others]]) => (own && others.length === 0 ? [[own, mac]] : [])));
}
