import { afterEach, describe, expect, it } from 'vitest';
import { ReplayAgent } from '../../../../scripts/testbed/replay/replay-agent.ts';
import { Recording } from '../../../../scripts/testbed/replay/snmprec.ts';
import { systemClock } from '../../../../src/core/clock.ts';
import { Secret } from '../../../../src/telemetry/snmp/credentials.ts';
import { DeviceTables } from '../../../../src/telemetry/snmp/device/tables.ts';
import { createSnmpClient } from '../../../../src/telemetry/snmp/session.ts';

const COLUMN = '1.3.6.1.4.1.99999.1.1';
let agent: ReplayAgent | null = null;
afterEach(() => agent?.stop());

async function tablesOf(lines: readonly string[], deadlineMs = 5_000): Promise<DeviceTables> {
  agent = await new ReplayAgent(new Map([['public', new Recording(lines.join('\n'))]])).start();
  const client = createSnmpClient(
    { address: '127.0.0.1', port: agent.port, community: new Secret('public') },
    systemClock,
  );
  return new DeviceTables(client, { timeoutMs: 1_000, deadlineMs }, systemClock);
}

describe('the columns of a device', () => {
  it('are read to the end where the agent keeps its rows out of order, with the reason', async () => {
    const order = [5, 9, 14, 2, 3, 11, 12];
    const tables = await tablesOf(order.map((index) => `${COLUMN}.${index}|2|${index * 10}`));
    await tables.read([COLUMN]);
    expect(
      [...tables.column(COLUMN)]
        .map(([index, { value }]) => [Number(index), value])
        .sort((x, y) => Number(x[0]) - Number(y[0])),
    ).toEqual(order.toSorted((x, y) => x - y).map((index) => [index, index * 10]));
    expect(tables.problems).toEqual([
      {
        code: 'DETOUR_ERR_SNMP_NOT_INCREASING',
        oid: `${COLUMN}.2`,
        message: expect.stringContaining('4 rows behind it were read out of order'),
      },
    ]);
  });

  it('end where the agent goes round in a circle', async () => {
    // The last line about an object counts: after 3 comes 1 again, and after 1 comes 2.
    const tables = await tablesOf([
      `${COLUMN}.1|2|1`,
      `${COLUMN}.2|2|2`,
      `${COLUMN}.3|2|3`,
      `${COLUMN}.1|2|1`,
      `${COLUMN}.2|2|2`,
      `${COLUMN}.3|2|3`,
      `${COLUMN}.1|2|1`,
      `${COLUMN}.2|2|2`,
    ]);
    await tables.read([COLUMN]);
    expect(tables.column(COLUMN).size).toBeLessThanOrEqual(3);
    // At once, and not when its time is over.
    expect(agent?.requests).toBeLessThan(10);
  });

  it('are a problem, not an error, when the time is over', async () => {
    const tables = await tablesOf([`${COLUMN}.1|2|1`], 0);
    await tables.read([COLUMN]);
    expect(tables.problems).toEqual([
      { code: 'DETOUR_ERR_SNMP_WALK_CUT', oid: COLUMN, message: expect.stringContaining('time') },
    ]);
  });
});
