import { partitionOf } from '../core/ids.ts';
import type { InterfaceSample } from '../telemetry/sample.ts';

/** Samples by partition, in the order they came. */
export function byPartition(
  samples: readonly InterfaceSample[],
  partitions: number,
  known: Map<string, number>,
): Map<number, InterfaceSample[]> {
  const groups = new Map<number, InterfaceSample[]>();
  for (const sample of samples) {
    const partition = knownPartition(sample.linkId, partitions, known);
    const group = groups.get(partition);
    if (group) group.push(sample);
    else groups.set(partition, [sample]);
  }
  return groups;
}

/** Hashing the same few thousand ids for every sample would cost as much as all else here. */
function knownPartition(linkId: string, partitions: number, known: Map<string, number>): number {
  const found = known.get(linkId);
  if (found !== undefined) return found;
  if (known.size >= 100_000) known.clear();
  const partition = partitionOf(linkId, partitions);
  known.set(linkId, partition);
  return partition;
}

/** The list in pieces of at most `size`. */
export function chunks<T>(list: readonly T[], size: number): T[][] {
  const pieces: T[][] = [];
  for (let start = 0; start < list.length; start += size) pieces.push(list.slice(start, start + size));
  return pieces;
}
