import type { Actuator, Step } from '../../../src/reroute/actuator.ts';

/** Whose change gave a demand the route that it has, and which way that change went. */
export interface Author {
  readonly proposalId: string;
  readonly kind: 'set' | 'return';
}

/**
 * Notes who moves which demand: a step may also take away, or give back, tunnels that earlier changes of others had set, and
 * all of it is one change of the proposal whose step it is.
 */
export class Authors {
  #byDemand = new Map<string, Author>();

  /** The actuator, with notes taken of what it does. */
  watch(actuator: Actuator): Actuator {
    return {
      ...actuator,
      apply: (step) => {
        this.#note(step, step.set.length > 0 ? 'set' : 'return');
        return actuator.apply(step);
      },
      revert: (step) => {
        this.#note(step, 'return');
        return actuator.revert(step);
      },
    };
  }

  /** By demand, since this was last asked. */
  take(): ReadonlyMap<string, Author> {
    const taken = this.#byDemand;
    this.#byDemand = new Map();
    return taken;
  }

  #note({ key, set, remove }: Step, kind: Author['kind']): void {
    const proposalId = /^(.+)-\d+-\d+\/\d+$/.exec(key)?.[1];
    if (proposalId === undefined) throw new RangeError(`the step ${key} names no proposal`);
    for (const demand of [...set.map((tunnel) => tunnel.demand), ...remove]) {
      this.#byDemand.set(demand, { proposalId, kind });
    }
  }
}
