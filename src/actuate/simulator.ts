import type { Actuator, Step } from '../reroute/actuator.ts';
import type { TrafficStore } from '../store/store.ts';
import { planPathSteps } from './path-steps.ts';
import { observeTunnels } from './tunnels.ts';

/** The simulated network follows the tunnels in the store: to write them is to apply them. */
export function createSimulatorActuator(traffic: Pick<TrafficStore, 'tunnels' | 'changeTunnels'>): Actuator {
  return {
    name: 'simulator',
    realisations: ['paths'],
    changesNetwork: true,
    plan: (changeId, changes) => planPathSteps('simulator', changeId, changes),
    apply: (step) => traffic.changeTunnels(step.remove, step.set),
    observe: async (step) => observeTunnels(step, (await traffic.tunnels()).tunnels),
    revert: (step) => traffic.changeTunnels(demandsOf(step), step.before),
  };
}

function demandsOf({ set, remove }: Step): string[] {
  return [...set.map(({ demand }) => demand), ...remove];
}
