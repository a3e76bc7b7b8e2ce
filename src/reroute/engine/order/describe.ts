import { formatBps } from '../../../core/units.ts';
import type { CompiledGraph } from '../../../twin/compiled.ts';
import type { Offer, OfferStep } from './offer.ts';
import type { Deadlock } from './order.ts';

const SHOWN = 4;

/** A deadlock in words; `demandIds` in the order of the moves. */
export function describeDeadlock(
  graph: CompiledGraph,
  demandIds: readonly string[],
  deadlock: Deadlock,
): { demands: string[]; reason: string; offer: string | null } {
  const nameOf = (move: number): string => demandIds[move] as string;
  const blocks = deadlock.blocks.map(({ move, arc, missingBps }) => {
    return `${nameOf(move)} lacks ${formatBps(missingBps)} on ${graph.arcIds[arc]}`;
  });
  const circle = some(deadlock.circle.map(nameOf));
  const why =
    deadlock.circle.length === 1
      ? `${circle} finds no room before it leaves its old way`
      : `${circle} wait for each other`;
  const certainty = deadlock.isProven ? 'no safe order exists' : 'no safe order was found';
  return {
    demands: deadlock.moves.map(nameOf),
    reason: `${certainty}: ${why}${blocks.length > 0 ? ` (${some(blocks)})` : ''}`,
    offer: deadlock.offer && describeOffer(graph, nameOf, deadlock.offer),
  };
}

function describeOffer(graph: CompiledGraph, nameOf: (move: number) => string, offer: Offer): string {
  const order = offer.steps.map((step) => describeStep(nameOf, step)).join(', ');
  if (offer.kind === 'split') return `after the steps, move ${some(offer.moves.map(nameOf))} in two halves: ${order}`;
  const path = offer.arcs.map((arc) => graph.arcIds[arc]).join(' ');
  return `after the steps, put ${nameOf(offer.move)} on a detour over ${path} for a while: ${order}`;
}

function describeStep(nameOf: (move: number) => string, { move, part }: OfferStep): string {
  const words = { whole: '', onto: ' onto the detour', off: ' to its new way', half: ' (half)' } as const;
  return `${nameOf(move)}${words[part]}`;
}

function some(items: readonly string[]): string {
  const more = items.length > SHOWN ? ` and ${items.length - SHOWN} more` : '';
  return `${items.slice(0, SHOWN).join(', ')}${more}`;
}
