import { type Clock, systemClock } from '../../core/clock.ts';
import type { AgentCredentials } from './agent-credentials.ts';
import { readDevice } from './device/read-device.ts';
import type { DeviceReport } from './device/report.ts';
import { createSnmpClient } from './session.ts';

export type PollOnceOptions = AgentCredentials & {
  readonly address: string;
  readonly port: number;
  /** Time for one request, retries included. */
  readonly timeoutMs: number;
  /** Time for the whole device; 30 s. */
  readonly deadlineMs?: number;
  readonly clock?: Clock;
};

const DEFAULT_DEADLINE_MS = 30_000;

/**
 * Everything one device says about itself, for `detour poll`.
 * @throws DetourError SNMP_TIMEOUT, SNMP_REFUSED or SNMP_BAD_ANSWER when it does not answer (exit code 3).
 */
export async function pollOnce(options: PollOnceOptions): Promise<DeviceReport> {
  const { address, port, timeoutMs, deadlineMs = DEFAULT_DEADLINE_MS, clock = systemClock } = options;
  const client = createSnmpClient(options, clock);
  try {
    return await readDevice(
      client,
      `${address.includes(':') ? `[${address}]` : address}:${port}`,
      { timeoutMs, deadlineMs },
      clock,
    );
  } finally {
    client.close();
  }
}
