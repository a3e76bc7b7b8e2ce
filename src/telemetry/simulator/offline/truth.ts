import type { TruthRecord } from '../../../store/store.ts';
import type { Failure } from '../failures/failure.ts';
import type { FailureTruth } from './day.ts';

/** A failure as its truth, by names and in ms since the epoch; `originMs` is second 0 of its schedule. */
export function truthOf(
  failure: Failure,
  originMs: number,
  linkIds: readonly string[],
  nodeIds: readonly string[],
): FailureTruth {
  const { id, kind, links, node, onsetAt, endsAt, planned, isFailure, precursor } = failure;
  const timeOf = (seconds: number) => originMs + seconds * 1000;
  return {
    ...{ failureId: id, kind, planned, isFailure },
    links: links.map((link) => linkIds[link] as string),
    endMs: endsAt.map(timeOf),
    node: node === null ? null : (nodeIds[node] as string),
    onsetMs: timeOf(onsetAt),
    precursorFromMs: precursor === null ? null : timeOf(precursor.startsAt),
  };
}

/** A fault of the kind that is drawn for the network as a whole; only its beginning is looked at. */
export function truthOfFault({ atMs, faultId, kind, links, details }: TruthRecord): FailureTruth {
  const endMs = atMs + Number(details.seconds) * 1000;
  const about = { failureId: faultId, kind, planned: false, isFailure: true, node: null, precursorFromMs: null };
  return { ...about, links, endMs: links.map(() => endMs), onsetMs: atMs };
}
