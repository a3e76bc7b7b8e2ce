import type { Transition } from '../store/store.ts';
import type { Proposal } from './proposal.ts';

/** Whatever can bring a proposal into the network, or take it back. */
export interface Actuator {
  readonly name: string;
  /**
   * Makes the change and records it, as one step where the network allows it. `changed` false: the proposal was not
   * in the state the transition expects, and nothing was done. Rejects with NOT_SIMULATED where nothing may be changed.
   */
  actuate(transition: Transition): Promise<{ changed: boolean; proposal: Proposal | null }>;
}
