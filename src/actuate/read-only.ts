import { DetourError } from '../core/errors.ts';
import type { Actuator } from '../reroute/actuator.ts';

/** For networks that Detour only watches: nothing is ever applied. */
export function createReadOnlyActuator(networkName: string): Actuator {
  return {
    name: 'read-only',
    actuate: async () => {
      throw new DetourError(
        'NOT_SIMULATED',
        `the network ${networkName} is not simulated: Detour proposes, people apply`,
        {
          hint: 'carry the moves of the proposal out by hand',
        },
      );
    },
  };
}
