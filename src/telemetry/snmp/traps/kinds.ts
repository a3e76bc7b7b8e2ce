import { INTERFACE } from '../mib.ts';
import { isBelow } from '../oid.ts';
import { numberOf, oidOf, type Varbind } from '../varbind.ts';

/** Notifications of SNMPv2-MIB and IF-MIB (RFC 3418, RFC 2863), OSPF-TRAP-MIB (RFC 4750) and LLDP-MIB (IEEE 802.1AB). */
export const TRAP_OIDS = {
  coldStart: '1.3.6.1.6.3.1.1.5.1',
  warmStart: '1.3.6.1.6.3.1.1.5.2',
  linkDown: '1.3.6.1.6.3.1.1.5.3',
  linkUp: '1.3.6.1.6.3.1.1.5.4',
  ospfNbrStateChange: '1.3.6.1.2.1.14.16.2.2',
  lldpRemTablesChange: '1.0.8802.1.1.2.0.0.1',
} as const;

/** `other` is any notification that tells nothing about links. */
export const TRAP_KINDS = [...(Object.keys(TRAP_OIDS) as (keyof typeof TRAP_OIDS)[]), 'other'] as const;
export type TrapKind = (typeof TRAP_KINDS)[number];

/** First two objects of every notification (RFC 3416, section 4.2.6). */
export const SNMP_TRAP_OID = '1.3.6.1.6.3.1.1.4.1.0';
const IF_INDEX = '1.3.6.1.2.1.2.2.1.1';

const KIND_OF = new Map<string, TrapKind>(Object.entries(TRAP_OIDS).map(([kind, oid]) => [oid, kind as TrapKind]));

export interface Notification {
  readonly kind: TrapKind;
  /** The interface it names; null where it names none. */
  readonly ifIndex: string | null;
}

/** What a notification is about; null when it names no snmpTrapOID and therefore is none. */
export function notificationOf(varbinds: readonly Varbind[]): Notification | null {
  const trapOid = oidOf(varbinds.find(({ oid }) => oid === SNMP_TRAP_OID));
  return trapOid === null ? null : { kind: KIND_OF.get(trapOid) ?? 'other', ifIndex: ifIndexOf(varbinds) };
}

/** ifIndex as a value, or as the instance of another column of the interface. */
function ifIndexOf(varbinds: readonly Varbind[]): string | null {
  for (const varbind of varbinds) {
    if (isBelow(IF_INDEX, varbind.oid)) return String(numberOf(varbind) ?? varbind.oid.slice(IF_INDEX.length + 1));
  }
  for (const { oid } of varbinds) {
    const column = [INTERFACE.ifOperStatus, INTERFACE.ifAdminStatus].find((base) => isBelow(base, oid));
    if (column !== undefined) return oid.slice(column.length + 1);
  }
  return null;
}
