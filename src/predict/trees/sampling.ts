import type { Rng } from '../../core/rng.ts';

/** Each row with probability `share`: those chosen, in order, and the rest. */
export function sampleRows(rowCount: number, share: number, rng: Rng): { chosen: Int32Array; rest: Int32Array } {
  const chosen = new Int32Array(rowCount);
  const rest = new Int32Array(rowCount);
  let chosenCount = 0;
  let restCount = 0;
  for (let row = 0; row < rowCount; row += 1) {
    if (share >= 1 || rng.next() < share) chosen[chosenCount++] = row;
    else rest[restCount++] = row;
  }
  return { chosen: chosen.slice(0, chosenCount), rest: rest.slice(0, restCount) };
}

/** As many rows as there are, drawn with replacement and in order, as a bootstrap does. */
export function bootstrapRows(rowCount: number, rng: Rng): Int32Array {
  return Int32Array.from({ length: rowCount }, () => rng.below(rowCount)).sort();
}

/** `share` of the features, at least one. */
export function sampleFeatures(featureCount: number, share: number, rng: Rng): Int32Array {
  const features = Int32Array.from({ length: featureCount }, (_, feature) => feature);
  const count = Math.min(featureCount, Math.max(1, Math.round(share * featureCount)));
  for (let at = 0; at < count; at += 1) {
    const other = at + rng.below(featureCount - at);
    [features[at], features[other]] = [features[other] as number, features[at] as number];
  }
  return features.slice(0, count).sort();
}
