import type { Clock } from '../../core/clock.ts';
import { DetourError } from '../../core/errors.ts';
import { agentCredentials } from './agent-credentials.ts';
import { DevicePoller } from './device-poller.ts';
import type { SnmpEngine, SnmpTarget } from './session.ts';
import type { SnmpSourceOptions } from './source-types.ts';
import type { DeviceTarget } from './targets.ts';

const DEFAULT_CACHE_HOLD_MS = 5_000;

export interface OpenPollerOptions
  extends Pick<SnmpSourceOptions, 'resolveCredentials' | 'createClient' | 'cacheHoldMs'> {
  readonly clock: Clock;
  readonly engine: SnmpEngine;
  readonly deadlineMs: number;
}

/**
 * A poller for the device, with the credentials its reference stands for now.
 * @throws DetourError SNMP_CREDENTIALS where there are none.
 */
export async function openPoller(target: DeviceTarget, options: OpenPollerOptions): Promise<DevicePoller> {
  const { resolveCredentials, createClient, clock, engine, deadlineMs, cacheHoldMs = DEFAULT_CACHE_HOLD_MS } = options;
  if (target.credentials === null) {
    throw new DetourError('SNMP_CREDENTIALS', `node ${target.deviceId} has an address but no credentials`, {
      field: 'credentials',
      hint: 'add "credentials": "env:NAME" or "file:PATH" to the node',
    });
  }
  const credentials = agentCredentials(await resolveCredentials(target.credentials));
  const agent: SnmpTarget = { address: target.address, port: target.port, ...credentials };
  const client = createClient ? createClient(agent, clock) : engine.client(agent);
  return new DevicePoller(target, client, { clock, deadlineMs, cacheHoldMs });
}
