import type { CounterReading, CounterReadings } from './counters.ts';
import type { IdentityColumn, Located } from './locate-interface.ts';
import {
  adminStatusOf,
  COUNTER_NAMES,
  COUNTERS,
  type CounterName,
  INTERFACE,
  operStatusOf,
  speedBpsOf,
} from './mib.ts';
import { countOf, isMissing, macOf, numberOf, textOf, type Varbind } from './varbind.ts';

/** Cells of an answer by OID. */
export type Cells = ReadonlyMap<string, Varbind>;

interface CounterCell {
  readonly name: CounterName;
  readonly oid: string;
  readonly bits: 32 | 64;
}

/** What is asked about one interface in every poll: only columns that its agent has. */
export interface InterfacePlan {
  readonly ifIndex: string;
  /** What the identity column says about it. */
  readonly identity: string;
  readonly identityColumn: IdentityColumn;
  /** By the agent; null where it does not say. */
  readonly speedBps: number | null;
  readonly counters: readonly CounterCell[];
  /** Every OID of the plan. */
  readonly oids: readonly string[];
}

export interface InterfaceReading {
  readonly identity: string | null;
  readonly adminStatus: ReturnType<typeof adminStatusOf>;
  readonly operStatus: ReturnType<typeof operStatusOf>;
  /** ifCounterDiscontinuityTime, ticks; null where the agent has none. */
  readonly discontinuityTicks: number | null;
  readonly counters: CounterReadings;
}

/** Every column a plan could use, to find out which of them this agent has for this interface. */
export function probeOids(ifIndex: string): string[] {
  const counters = COUNTER_NAMES.flatMap((name) => {
    const { wide, narrow } = COUNTERS[name];
    return wide === null ? [narrow] : [wide, narrow];
  });
  return [INTERFACE.ifHighSpeed, INTERFACE.ifSpeed, ...counters].map((column) => `${column}.${ifIndex}`);
}

/** The plan for an interface from the answer to its probe: 64-bit counters where there are any, else 32. */
export function planInterface({ found, identity }: Located, probed: Cells): InterfacePlan {
  const { ifIndex } = found;
  const at = (column: string): string => `${column}.${ifIndex}`;
  const has = (column: string): boolean => countOf(probed.get(at(column))) !== null;
  const counters = COUNTER_NAMES.flatMap((counter): CounterCell[] => {
    const { wide, narrow } = COUNTERS[counter];
    if (wide !== null && has(wide)) return [{ name: counter, oid: at(wide), bits: 64 }];
    return has(narrow) ? [{ name: counter, oid: at(narrow), bits: 32 }] : [];
  }).filter(needed);
  const { ifAdminStatus, ifOperStatus, ifCounterDiscontinuityTime, ifHighSpeed, ifSpeed } = INTERFACE;
  return {
    ifIndex,
    identity: identity.value,
    identityColumn: identity.column,
    speedBps: speedBpsOf(numberOf(probed.get(at(ifHighSpeed))), numberOf(probed.get(at(ifSpeed)))),
    counters,
    oids: [
      at(identity.column),
      at(ifAdminStatus),
      at(ifOperStatus),
      at(ifCounterDiscontinuityTime),
      ...counters.map(({ oid }) => oid),
    ],
  };
}

/** The deprecated sum of multicast and broadcast is of no use beside the two. */
function needed(cell: CounterCell, _at: number, all: readonly CounterCell[]): boolean {
  if (cell.name !== 'inNonUnicast' && cell.name !== 'outNonUnicast') return true;
  const parts = cell.name === 'inNonUnicast' ? ['inMulticast', 'inBroadcast'] : ['outMulticast', 'outBroadcast'];
  return !parts.every((part) => all.some(({ name }) => name === part));
}

/** What an answer says about the interface of the plan. */
export function readInterface(plan: InterfacePlan, cells: Cells): InterfaceReading {
  const number = (column: string): number | null => numberOf(cells.get(`${column}.${plan.ifIndex}`));
  const counters = Object.fromEntries(COUNTER_NAMES.map((name) => [name, null])) as Record<
    CounterName,
    CounterReading | null
  >;
  for (const { name, oid, bits } of plan.counters) {
    const value = countOf(cells.get(oid));
    counters[name] = value === null ? null : { value, bits };
  }
  return {
    identity: identityOf(plan, cells),
    adminStatus: adminStatusOf(number(INTERFACE.ifAdminStatus)),
    operStatus: operStatusOf(number(INTERFACE.ifOperStatus)),
    discontinuityTicks: number(INTERFACE.ifCounterDiscontinuityTime),
    counters,
  };
}

function identityOf({ identityColumn, ifIndex }: InterfacePlan, cells: Cells): string | null {
  const cell = cells.get(`${identityColumn}.${ifIndex}`);
  return identityColumn === INTERFACE.ifPhysAddress ? macOf(cell) : textOf(cell);
}

/** True when a column of the plan is gone: the plan has to be made anew. */
export function hasGaps(plan: InterfacePlan, cells: Cells): boolean {
  return plan.counters.some(({ oid }) => isMissing(cells.get(oid)));
}
