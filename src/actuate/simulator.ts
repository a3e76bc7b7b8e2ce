import type { Actuator } from '../reroute/actuator.ts';
import type { PlanStore } from '../store/store.ts';

/** The simulated network follows the tunnels in the store: to write them is to apply them. */
export function createSimulatorActuator(plans: Pick<PlanStore, 'transition'>): Actuator {
  return { name: 'simulator', actuate: (transition) => plans.transition(transition) };
}
