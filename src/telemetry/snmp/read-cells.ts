import { DetourError } from '../../core/errors.ts';
import { isTooBig, type SnmpClient } from './client.ts';
import type { Cells } from './interface-plan.ts';
import { SYSTEM } from './mib.ts';
import { numberOf } from './varbind.ts';

export interface CellsAnswer {
  readonly cells: Cells;
  /** sysUpTime of the same PDU, ticks. */
  readonly ticks: number;
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  /** True when the agent could not put it all into one answer. */
  readonly split: boolean;
}

/**
 * GETs sysUpTime and the OIDs in one PDU; in two halves, one after the other, when the agent says `tooBig`. Uptime
 * and times are those of the first answer then: the rest is a round trip younger.
 * @throws DetourError of the client; SNMP_BAD_ANSWER when the agent has no sysUpTime.
 */
export async function readCells(
  client: SnmpClient,
  oids: readonly string[],
  timeoutMs: () => number,
): Promise<CellsAnswer> {
  try {
    const answer = await client.get([SYSTEM.sysUpTime, ...oids], timeoutMs());
    const [uptime, ...rest] = answer.varbinds;
    const ticks = numberOf(uptime);
    if (uptime?.oid !== SYSTEM.sysUpTime || ticks === null) {
      throw new DetourError('SNMP_BAD_ANSWER', 'the agent does not tell its sysUpTime');
    }
    const cells = new Map(rest.map((varbind) => [varbind.oid, varbind]));
    return { cells, ticks, sentAtMs: answer.sentAtMs, receivedAtMs: answer.receivedAtMs, split: false };
  } catch (error) {
    if (!isTooBig(error) || oids.length < 2) throw error;
    const half = Math.ceil(oids.length / 2);
    const first = await readCells(client, oids.slice(0, half), timeoutMs);
    const second = await readCells(client, oids.slice(half), timeoutMs);
    return { ...first, cells: new Map([...first.cells, ...second.cells]), split: true };
  }
}
