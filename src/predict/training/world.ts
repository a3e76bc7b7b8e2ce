import type { Network } from '../../../topology/model.ts';
import type { HistoryKind, HistoryReader, ImportBlock, MinuteBlock } from '../../history/history.ts';
import { FORECAST_METRICS } from '../forecast/metrics.ts';
import { KEPT_METRICS } from '../minutes.ts';

const DAY_MS = 86_400_000;

export type Block = MinuteBlock | ImportBlock;

/** A stretch of one network's history to learn from, or to be tested on. */
export interface TrainingWorld {
  readonly name: string;
  readonly network: Network;
  readonly fromMs: number;
  readonly toMs: number;
  /** Minutes day by day, series by series within a day; each call begins anew. */
  blocks(): AsyncIterable<Block> | Iterable<Block>;
}

/** What models learn from, by kind. */
const METRICS: readonly (readonly [HistoryKind, readonly string[]])[] = (
  ['link', 'arc', 'interface', 'device'] as const
).map((kind) => [
  kind,
  [
    ...new Set([
      ...Object.keys(KEPT_METRICS[kind]),
      ...FORECAST_METRICS.filter((each) => each.kind === kind).map(({ metric }) => metric),
    ]),
  ],
]);

/** A stretch of what an installation has kept. Files are read, so that the one that keeps history is not held up. */
export function historyWorld(
  history: Pick<HistoryReader, 'scan'>,
  network: Network,
  fromMs: number,
  toMs: number,
): TrainingWorld {
  async function* blocks(): AsyncIterable<Block> {
    for (let dayMs = Math.floor(fromMs / DAY_MS) * DAY_MS; dayMs < toMs; dayMs += DAY_MS) {
      const span = { fromMs: Math.max(fromMs, dayMs), toMs: Math.min(toMs, dayMs + DAY_MS) };
      for (const [kind, metrics] of METRICS) yield* history.scan({ kind, ids: null, metrics, ...span });
    }
  }
  return { name: `history of ${network.name}`, network, fromMs, toMs, blocks };
}
