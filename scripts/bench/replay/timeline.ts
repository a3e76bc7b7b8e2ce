import { DIRECTIONS } from '../../../src/core/ids.ts';
import { createRng, type Rng } from '../../../src/core/rng.ts';
import type { Network } from '../../../topology/model.ts';

/** What is wrong with the network during one step. */
export interface StepFaults {
  /** Links that are down, with the step at which the present state began. */
  readonly down: ReadonlySet<string>;
  /** Loss ratio (0..1) of the wire by arc id. */
  readonly lossRatio: ReadonlyMap<string, number>;
  /** By link: the step at which its present condition began. */
  readonly sinceStep: ReadonlyMap<string, number>;
}

export const FAULT_KINDS = ['cut', 'flapping', 'corruption'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

interface Fault {
  readonly kind: FaultKind;
  readonly links: readonly string[];
  readonly arc: string;
  readonly fromStep: number;
  readonly steps: number;
  readonly lossRatio: number;
  /** A flapping link is down for one step, then up for this many less one. */
  readonly period: number;
}

/** Chance per step that a fault of the kind begins somewhere, and how long it lasts in steps. */
const RATES = {
  cut: { chance: 0.03, steps: [2, 12] },
  flapping: { chance: 0.03, steps: [6, 24] },
  corruption: { chance: 0.03, steps: [3, 20] },
} as const;

/**
 * Faults of a seeded run: whole conduits cut, links that go down every second or third step, one-way corruption.
 * Those of one kind are the same whichever kinds there are besides.
 */
export function faultTimeline(
  network: Network,
  steps: number,
  seed: number,
  kinds: readonly FaultKind[],
): StepFaults[] {
  const faults = kinds.flatMap((kind) => {
    const rng = createRng(seed).fork(kind);
    const begun: Fault[] = [];
    for (let step = 0; step < steps; step += 1) {
      if (rng.next() < RATES[kind].chance) begun.push(begin(network, kind, step, rng));
    }
    return begun;
  });
  const timeline: StepFaults[] = [];
  for (let step = 0; step < steps; step += 1) timeline.push(faultsAt(network, faults, step, timeline.at(-1)));
  return timeline;
}

function begin(network: Network, kind: FaultKind, step: number, rng: Rng): Fault {
  const link = rng.pick(network.links);
  const mates = network.links.filter((one) => one.srlgs.some((group) => link.srlgs[0] === group));
  const [least, most] = RATES[kind].steps;
  return {
    kind,
    links: kind === 'cut' && mates.length > 0 ? mates.map(({ id }) => id) : [link.id],
    arc: `${link.id}:${rng.pick(DIRECTIONS)}`,
    fromStep: step,
    steps: Math.round(rng.between(least, most)),
    lossRatio: rng.between(0.01, 0.1),
    period: 2 + rng.below(2),
  };
}

function faultsAt(network: Network, faults: readonly Fault[], step: number, last: StepFaults | undefined): StepFaults {
  const now = faults.filter(({ fromStep, steps }) => step >= fromStep && step < fromStep + steps);
  const isDown = ({ kind, fromStep, period }: Fault): boolean =>
    kind === 'cut' || (kind === 'flapping' && (step - fromStep) % period === 0);
  const down = new Set(now.filter(isDown).flatMap(({ links }) => links));
  const lossRatio = new Map(now.filter(({ kind }) => kind === 'corruption').map((one) => [one.arc, one.lossRatio]));
  const lossy = (faulty: StepFaults | undefined, id: string): boolean =>
    DIRECTIONS.some((direction) => faulty?.lossRatio.has(`${id}:${direction}`));
  const at = { down, lossRatio, sinceStep: new Map<string, number>() };
  for (const { id } of network.links) {
    const isSame = last && last.down.has(id) === down.has(id) && lossy(last, id) === lossy(at, id);
    at.sinceStep.set(id, isSame ? (last.sinceStep.get(id) ?? 0) : step);
  }
  return at;
}
