import type { FoundInterface, InterfaceMap } from './interface-map.ts';
import { INTERFACE } from './mib.ts';

/** What tells that it is the same interface: ifName, or ifDescr on agents without ifXTable, or its MAC address. */
export type IdentityColumn = typeof INTERFACE.ifName | typeof INTERFACE.ifDescr | typeof INTERFACE.ifPhysAddress;

/** Where an interface was, and what address it had, when it was last found. */
export interface LastKnown {
  readonly ifIndex: string;
  readonly mac: string | null;
}

export interface Located {
  readonly found: FoundInterface;
  /** The cell by which each poll makes sure that it is still the same interface, and what must stand there. */
  readonly identity: { readonly column: IdentityColumn; readonly value: string };
  /** What an operator should know; null when there is nothing. */
  readonly note: string | null;
}

const MAC_AS_NAME = /^(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i;

/**
 * The interface of this name. Its MAC address decides where the name does not: no interface has it, several have it, or
 * names were dealt anew together with the numbers. A MAC address is a name too. Null when it cannot be found.
 */
export function locate(map: InterfaceMap, name: string, known: LastKnown | null): Located | null {
  const first = map.byName.get(name);
  const namesakes = map.namesakes.get(name);
  const mac = known?.mac ?? (MAC_AS_NAME.test(name) ? name.toLowerCase().replaceAll('-', ':') : null);
  const byMac = mac === null ? undefined : map.byMac.get(mac);
  const isMoved = known !== null && first !== undefined && first.ifIndex !== known.ifIndex && first.mac !== mac;
  if (byMac && (first === undefined || namesakes || isMoved)) return locatedByMac(byMac, name);
  if (first === undefined) return null;
  if (namesakes) return { ...locatedFirst(first), note: noteOf(namesakes, name) };
  return { found: first, identity: { column: first.nameColumn, value: name }, note: null };
}

function locatedByMac(found: FoundInterface, name: string): Located {
  const value = found.mac as string;
  const isRenamed = found.name !== name && !MAC_AS_NAME.test(name);
  const note = isRenamed ? `interface ${name} is called ${found.name} now, by its address ${value}` : null;
  return { found, identity: { column: INTERFACE.ifPhysAddress, value }, note };
}

/** Of several with one name: by its address where it has one of its own, so that it stays the same one. */
function locatedFirst(found: FoundInterface): Omit<Located, 'note'> {
  if (found.mac === null) return { found, identity: { column: found.nameColumn, value: found.name } };
  return { found, identity: { column: INTERFACE.ifPhysAddress, value: found.mac } };
}

function noteOf(namesakes: readonly FoundInterface[], name: string): string {
  const first = namesakes[0]?.ifIndex ?? '';
  return `${namesakes.length} interfaces are called ${name}: the one at ifIndex ${first} is read`;
}
