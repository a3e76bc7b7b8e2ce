/** Scores of rows in falling order, with ties together: how many of each tie are positive, and how many there are. */
function* ties(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): Generator<readonly [positives: number, count: number]> {
  const order = Uint32Array.from({ length: scores.length }, (_, row) => row).sort(
    (x, y) => (scores[y] as number) - (scores[x] as number),
  );
  let at = 0;
  while (at < order.length) {
    const score = scores[order[at] as number];
    const begin = at;
    let positives = 0;
    for (; at < order.length && scores[order[at] as number] === score; at += 1) {
      positives += labels[order[at] as number] as number;
    }
    yield [positives, at - begin];
  }
}

/**
 * Area under the ROC curve: the chance that a positive row scores above a negative one, ties counting half. NaN where
 * one of the kinds is missing. Labels are 0 or 1.
 */
export function rocArea(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  let [positivesAbove, negatives, area] = [0, 0, 0];
  for (const [positives, count] of ties(scores, labels)) {
    const others = count - positives;
    area += others * (positivesAbove + positives / 2);
    positivesAbove += positives;
    negatives += others;
  }
  return area / (positivesAbove * negatives);
}

/**
 * Average precision: the area under the precision-recall curve by steps, each threshold taken once (Davis, Goadrich,
 * ICML 2006, warn of straight lines between points). Guessing scores the prevalence. NaN without positives.
 */
export function averagePrecision(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  let [found, seen, area] = [0, 0, 0];
  for (const [positives, count] of ties(scores, labels)) {
    found += positives;
    seen += count;
    area += positives * (found / seen);
  }
  return area / found;
}
