import { numberOf, type Varbind } from '../varbind.ts';
import type { InterfaceReport } from './report.ts';
import type { Tables } from './tables.ts';

type Aggregate = NonNullable<InterfaceReport['aggregate']>;
/** What has to be known of an interface to tell whether it carries its share of an aggregate. */
export type Member = Pick<InterfaceReport, 'ifIndex' | 'operStatus' | 'speedBps'>;
type Row = Pick<InterfaceReport, 'ifIndex' | 'name' | 'type'>;

/** IEEE8023-LAG-MIB: the aggregate a port is attached to (0 when none), and its LACP state. */
const ATTACHED_TO = '1.2.840.10006.300.43.1.2.1.1.13';
export const ACTOR_STATE = '1.2.840.10006.300.43.1.2.1.1.21';
/** IF-MIB ifStackStatus (RFC 2863): `<higher>.<lower>` is active (1). */
const STACK_STATUS = '1.3.6.1.2.1.31.1.2.1.3';
/** IANAifType ieee8023adLag, and propMultiplexor, which some Cisco bundles are. */
const AGGREGATE_TYPES: ReadonlySet<number | null> = new Set([161, 54]);
/** Collecting and distributing: bits 4 and 5 of LacpState (IEEE 802.1AX), which SNMP counts from the top. */
const FORWARDING = 0b0000_1100;

export const AGGREGATE_COLUMNS = [ATTACHED_TO, ACTOR_STATE, STACK_STATUS];

/** Adds members to the rows of aggregates: a lost member lowers what a link can carry. */
export function addAggregates(tables: Tables, rows: readonly InterfaceReport[]): InterfaceReport[] {
  const byIndex = new Map(rows.map((row) => [row.ifIndex, row]));
  const members = membersByAggregate(tables, byIndex);
  return rows.map((row) => {
    const below = (members.get(row.ifIndex) ?? []).flatMap((ifIndex) => byIndex.get(ifIndex) ?? []);
    if (below.length === 0) return row;
    return { ...row, aggregate: aggregateOf(below, (ifIndex) => tables.cell(ACTOR_STATE, String(ifIndex))) };
  });
}

/** ifIndex of the members by ifIndex of their aggregate, among the interfaces given. */
export function membersByAggregate(
  tables: Pick<Tables, 'column'>,
  byIndex: ReadonlyMap<number, Row>,
): Map<number, number[]> {
  const members = new Map<number, Set<number>>();
  const add = (higher: number, lower: number): void => {
    if (higher === lower || !byIndex.has(higher) || !byIndex.has(lower)) return;
    members.set(higher, (members.get(higher) ?? new Set()).add(lower));
  };
  for (const [index, cell] of tables.column(ATTACHED_TO)) add(numberOf(cell) ?? 0, Number(index));
  for (const [index, cell] of tables.column(STACK_STATUS)) {
    const [higher, lower] = index.split('.').map(Number);
    if (higher === undefined || lower === undefined || numberOf(cell) !== 1) continue;
    const above = byIndex.get(higher);
    const isUnit = (above?.name ?? '').includes('.');
    if (AGGREGATE_TYPES.has(above?.type ?? null) && !isUnit) add(higher, lower);
  }
  return new Map([...members].map(([higher, set]) => [higher, [...set].sort((left, right) => left - right)]));
}

/** What an aggregate of these members can carry; `stateOf` is a member's LACP state. */
export function aggregateOf(members: readonly Member[], stateOf: (ifIndex: number) => Varbind | undefined): Aggregate {
  const active = members.filter(({ ifIndex, operStatus }) => operStatus === 'up' && forwards(stateOf(ifIndex)));
  const speeds = active.map(({ speedBps }) => speedBps);
  return {
    members: members.map(({ ifIndex }) => ifIndex),
    activeMembers: active.map(({ ifIndex }) => ifIndex),
    activeSpeedBps: speeds.includes(null) ? null : speeds.reduce<number>((sum, bps) => sum + (bps ?? 0), 0),
  };
}

/** Without LACP, or with a state that cannot be read, the operational status alone decides. */
function forwards(state: Varbind | undefined): boolean {
  const bits = state?.type === 'octets' ? state.value[0] : undefined;
  return bits === undefined || (bits & FORWARDING) === FORWARDING;
}
