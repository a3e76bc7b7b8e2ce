import type { Clock } from '../../core/clock.ts';
import type { SnmpClient } from './client.ts';
import type { NameColumn } from './interface-plan.ts';
import { INTERFACE } from './mib.ts';
import { textOf } from './varbind.ts';
import { type WalkLimits, type WalkProblem, walkColumns } from './walk.ts';

export interface FoundInterface {
  readonly ifIndex: string;
  readonly nameColumn: NameColumn;
}

export interface InterfaceMap {
  readonly byName: ReadonlyMap<string, FoundInterface>;
  readonly problems: readonly WalkProblem[];
}

/**
 * Finds the present ifIndex of interfaces by name: by ifName, else by ifDescr (agents without ifXTable, and network
 * files written with the long names). Of two interfaces with one name the first counts.
 * @throws DetourError SNMP_TIMEOUT when the agent does not answer.
 */
export async function mapInterfaces(client: SnmpClient, limits: WalkLimits, clock: Clock): Promise<InterfaceMap> {
  const nameColumns = [INTERFACE.ifName, INTERFACE.ifDescr] as const;
  const { columns, problems } = await walkColumns(client, nameColumns, limits, clock);
  const byName = new Map<string, FoundInterface>();
  for (const nameColumn of nameColumns) {
    for (const [ifIndex, cell] of columns.get(nameColumn) ?? []) {
      const name = textOf(cell);
      if (name && !byName.has(name)) byName.set(name, { ifIndex, nameColumn });
    }
  }
  return { byName, problems };
}
