import { DetourError } from '../core/errors.ts';
import type { Actuator, StepChange } from '../reroute/actuator.ts';
import { metricCommands } from './metric-commands.ts';
import { pathCommands, stepKey, summaryOf } from './path-steps.ts';

/** For networks that Detour only watches: renders the exact commands, and applies nothing. */
export function createDryRunActuator(networkName: string): Actuator {
  const refuse = async (): Promise<never> => {
    throw new DetourError('NOT_SIMULATED', `the actuator for ${networkName} is dry-run: nothing is applied`, {
      hint: 'read the commands of the proposal and carry them out, or configure another actuator',
    });
  };
  return {
    name: 'dry-run',
    realisations: ['paths', 'metrics'],
    changesNetwork: false,
    plan: (changeId, changes) =>
      changes.map((change, index) => ({
        ...change,
        key: stepKey(changeId, index),
        summary: summaryOf(change),
        commands: commandsOf(networkName, change),
      })),
    apply: refuse,
    observe: async () => ({ state: 'unknown', reason: 'dry-run reads nothing back' }),
    revert: refuse,
  };
}

function commandsOf(networkName: string, change: StepChange): ReturnType<typeof metricCommands> {
  const paths = pathCommands(networkName, change);
  return [...(paths.lines.length > 0 ? [paths] : []), ...metricCommands(change.metrics)];
}
