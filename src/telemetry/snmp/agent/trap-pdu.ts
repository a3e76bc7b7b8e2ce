import { INTERFACE, SYSTEM } from '../mib.ts';
import { SNMP_TRAP_OID, TRAP_OIDS } from '../traps/kinds.ts';
import { element, integerElement, TAG } from '../wire/ber.ts';
import { encodeOid } from '../wire/object-id.ts';
import { PDU } from '../wire/pdu.ts';

const IF_INDEX = '1.3.6.1.2.1.2.2.1.1';
const varbind = (oid: string, value: Buffer): Buffer => element(TAG.sequence, element(TAG.oid, encodeOid(oid)), value);

export interface LinkTrap {
  readonly kind: 'linkDown' | 'linkUp';
  readonly ifIndex: number;
  readonly uptimeTicks: number;
  readonly requestId: number;
}

/** The PDU of an IF-MIB link trap (RFC 2863): sysUpTime, snmpTrapOID, then index and both statuses. */
export function linkTrapPdu({ kind, ifIndex, uptimeTicks, requestId }: LinkTrap): Buffer {
  const integer = (value: number): Buffer => integerElement(TAG.integer, value);
  return element(
    PDU.trap,
    integer(requestId),
    integer(0),
    integer(0),
    element(
      TAG.sequence,
      varbind(SYSTEM.sysUpTime, integerElement(TAG.timeticks, uptimeTicks % 2 ** 32)),
      varbind(SNMP_TRAP_OID, element(TAG.oid, encodeOid(TRAP_OIDS[kind]))),
      varbind(`${IF_INDEX}.${ifIndex}`, integer(ifIndex)),
      varbind(`${INTERFACE.ifAdminStatus}.${ifIndex}`, integer(1)),
      varbind(`${INTERFACE.ifOperStatus}.${ifIndex}`, integer(kind === 'linkUp' ? 1 : 2)),
    ),
  );
}
