import { INTERFACE } from '../mib.ts';
import { element, integerElement, TAG } from '../wire/ber.ts';
import { type MibEntry, mibEntry } from './mib-view.ts';

/** A port of an aggregate. */
export interface LiveMember {
  isUp: boolean;
}

/** What of an interface its ports share. */
export interface Aggregate {
  readonly name: string;
  readonly speedBps: number;
  /** Ports of equal speed that this interface is an aggregate of; none where it is a port itself. */
  readonly members?: readonly LiveMember[];
}

/** IANAifType ieee8023adLag. */
export const AGGREGATE = 161;
const ETHERNET = 6;
/** Members are numbered from here, so many for each aggregate. */
const FIRST_INDEX = 100_000;
const INDEXES_EACH = 100;
/** IEEE8023-LAG-MIB: dot3adAggPortAttachedAggID and dot3adAggPortActorOperState. */
const ATTACHED_TO = '1.2.840.10006.300.43.1.2.1.1.13';
const ACTOR_STATE = '1.2.840.10006.300.43.1.2.1.1.21';
/** Synchronised, collecting, distributing, in the bit order of SNMP; none of them. */
const [FORWARDS, WAITS] = [0b0011_1100, 0b0010_0000];

/** The ports of an aggregate at `ifIndex`, in ifTable, ifXTable and IEEE8023-LAG-MIB. */
export function memberEntries({ name, speedBps, members = [] }: Aggregate, ifIndex: number): MibEntry[] {
  const integer = (value: number): Buffer => integerElement(TAG.integer, value);
  return members.flatMap((member, number) => {
    const index = FIRST_INDEX + ifIndex * INDEXES_EACH + number;
    const at = (column: string, value: Buffer | (() => Buffer)): MibEntry => mibEntry(`${column}.${index}`, value);
    return [
      at(INTERFACE.ifDescr, element(TAG.octets, Buffer.from(`${name}-${number}`))),
      at(INTERFACE.ifType, integer(ETHERNET)),
      at(INTERFACE.ifAdminStatus, integer(1)),
      at(INTERFACE.ifOperStatus, () => integer(member.isUp ? 1 : 2)),
      at(INTERFACE.ifName, element(TAG.octets, Buffer.from(`${name}-${number}`))),
      at(INTERFACE.ifHighSpeed, integerElement(TAG.gauge32, Math.round(speedBps / members.length / 1e6))),
      at(ATTACHED_TO, integer(ifIndex)),
      at(ACTOR_STATE, () => element(TAG.octets, Buffer.from([member.isUp ? FORWARDS : WAITS]))),
    ];
  });
}
