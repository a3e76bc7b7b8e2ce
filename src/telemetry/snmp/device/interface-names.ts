import type { InterfaceReport } from './report.ts';

/** Finds an interface by whatever a protocol calls it. */
export interface InterfaceNames {
  byIfIndex(ifIndex: number): InterfaceReport | undefined;
  /** By ifName, then ifDescr, then ifAlias, then MAC address; each only where one interface alone has it. */
  byText(text: string): InterfaceReport | undefined;
}

export function indexInterfaces(interfaces: readonly InterfaceReport[]): InterfaceNames {
  const byIndex = new Map(interfaces.map((row) => [row.ifIndex, row]));
  const keys: readonly ((row: InterfaceReport) => string | null)[] = [
    ({ name }) => name,
    ({ description }) => description,
    ({ alias }) => alias,
    ({ macAddress }) => macAddress,
  ];
  const maps = keys.map((key) => uniqueBy(interfaces, key));
  return {
    byIfIndex: (ifIndex) => byIndex.get(ifIndex),
    byText: (text) =>
      text === '' ? undefined : (maps.map((map) => map.get(text)).find((row) => row != null) ?? undefined),
  };
}

/** What the interface is called in reports. */
export function shownName(row: InterfaceReport | undefined): string | null {
  return row === undefined ? null : row.name || row.description || String(row.ifIndex);
}

function uniqueBy(
  rows: readonly InterfaceReport[],
  key: (row: InterfaceReport) => string | null,
): ReadonlyMap<string, InterfaceReport | null> {
  const map = new Map<string, InterfaceReport | null>();
  for (const row of rows) {
    const text = key(row);
    if (text) map.set(text, map.has(text) ? null : row);
  }
  return map;
}
