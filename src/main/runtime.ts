import type { Network } from '../../topology/model.ts';
import type { Config, Role } from '../config/schema.ts';
import { DetourError } from '../core/errors.ts';

/** What this process is, once the network is known. */
export interface Runtime {
  readonly roles: readonly Role[];
  /** True where the network is the simulator's: only then may it be changed. */
  readonly simulated: boolean;
  readonly mode: 'auto' | 'manual';
}

/**
 * Fills in what the configuration leaves open: a network with addresses is polled, any other is simulated; a
 * simulated one heals itself unless told otherwise. Throws INVALID_CONFIG on roles or a mode that cannot be.
 */
export function resolveRuntime(
  config: Pick<Config, 'roles' | 'mode'> & Partial<Pick<Config, 'actuator'>>,
  network: Network,
): Runtime {
  const hasAddresses = network.nodes.some((node) => node.address !== null);
  const roles: readonly Role[] = config.roles ?? [
    hasAddresses ? 'poll' : 'simulate',
    'score',
    'history',
    'work',
    'api',
  ];
  if (roles.includes('poll') && roles.includes('simulate')) {
    throw new DetourError('INVALID_CONFIG', 'roles: poll and simulate cannot run on one network', { field: 'roles' });
  }
  if (roles.includes('poll') && !hasAddresses) {
    throw new DetourError('INVALID_CONFIG', `roles: poll needs addresses, and network ${network.name} has none`, {
      field: 'roles',
      hint: 'add "address" and "credentials" to the nodes of the network file',
    });
  }
  const simulated = !roles.includes('poll') && !hasAddresses;
  const canChange = simulated || (config.actuator ?? 'dry-run') !== 'dry-run';
  if (config.mode === 'auto' && !canChange) {
    throw new DetourError('INVALID_CONFIG', 'mode: auto needs an actuator that can change the network', {
      field: 'mode',
      hint: 'set DETOUR_ACTUATOR',
    });
  }
  return { roles, simulated, mode: config.mode ?? (simulated ? 'auto' : 'manual') };
}
