import type { Rng } from '../../core/rng.ts';
import type { Failure } from './failures/failure.ts';
import type { LinkTable } from './plant.ts';
import type { FaultKind } from './scenario-schema.ts';

/** Faults that do what the long-run failures of the same name do. */
type FailingKind = Extract<FaultKind, 'optical-decay' | 'overload' | 'overheating' | 'black-hole' | 'maintenance'>;
const FAILING: readonly string[] = [
  'optical-decay',
  'overload',
  'overheating',
  'black-hole',
  'maintenance',
] satisfies FailingKind[];

/** Growth of trouble that is there to be watched: seen early, as it does not grow from below the noise. */
const SHAPE = 1.5;

export function isFailing(kind: FaultKind): kind is FailingKind {
  return FAILING.includes(kind);
}

function isOfRouter(kind: FailingKind): boolean {
  return kind === 'overload' || kind === 'overheating';
}

/** The links that such a fault at a link hits: trouble of a router hits all of its links. */
export function linksFailing(kind: FailingKind, link: number, { a, z, ids }: LinkTable): number[] {
  const node = a[link] as number;
  return isOfRouter(kind) ? [...ids.keys()].filter((each) => a[each] === node || z[each] === node) : [link];
}

interface Times {
  readonly id: string;
  readonly kind: FailingKind;
  readonly startsAt: number;
  readonly onsetAt: number;
  readonly seconds: number;
}

export function faultAsFailure(
  { id, kind, startsAt, onsetAt, seconds }: Times,
  links: readonly number[],
  { a, z }: LinkTable,
  rng: Rng,
): Failure {
  const [first, second] = links as [number, number | undefined];
  // Of a router's links the first two meet in it; with one link only, it is the near end.
  const ends = second === undefined ? [a[first]] : [a[second], z[second]];
  const node = ends.includes(a[first]) ? a[first] : z[first];
  return {
    ...{ id, kind, links, onsetAt },
    node: isOfRouter(kind) ? (node as number) : null,
    endsAt: links.map(() => onsetAt + seconds),
    planned: kind === 'maintenance',
    precursor: onsetAt > startsAt ? { startsAt, shape: SHAPE } : null,
    isFailure: true,
    severity: rng.next(),
    side: rng.below(2) as 0 | 1,
  };
}
