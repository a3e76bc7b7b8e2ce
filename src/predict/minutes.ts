import type { Network } from '../../topology/model.ts';
import type { ImportBlock, MinuteBlock } from '../history/history.ts';
import { MinuteColumn } from './minutes-column.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MINUTES = 60;

type HistoryKind = ImportBlock['kind'];

/** How a metric is kept: which figure of a minute counts, what an hour keeps of it, and a change of scale. */
interface Keeping {
  /** Of the samples of a minute, and of the minutes of an hour. */
  readonly minute: 'mean' | 'max' | 'min';
  readonly hour: 'mean' | 'max';
  readonly scale?: (value: number) => number;
}

const MEAN: Keeping = { minute: 'mean', hour: 'mean' };
const WORST: Keeping = { minute: 'max', hour: 'max' };

/** Bit error ratios below this cannot be told from none within a minute. */
const LOWEST_BIT_ERROR_RATIO = 1e-12;
const log10 = (value: number) => Math.log10(Math.max(LOWEST_BIT_ERROR_RATIO, value));

/** Receivers say so or less where no light arrives: of a link that is dark the power is not known. */
const DARK_DBM = -35;
const lit = (dbm: number) => (dbm <= DARK_DBM ? Number.NaN : dbm);

/** What models look at, by what it is about; names are those of the history. All else is passed over. */
export const KEPT_METRICS = {
  link: { state: WORST, statusPoints: WORST },
  arc: { utilisation: MEAN, lossRatio: MEAN, errorRatio: MEAN, latencyMs: MEAN },
  interface: {
    rxPowerDbm: { minute: 'min', hour: 'mean', scale: lit },
    preFecBitErrorRatio: { minute: 'mean', hour: 'mean', scale: log10 },
    transceiverTemperatureCelsius: MEAN,
  },
  device: { cpuRatio: MEAN, memoryRatio: MEAN, temperatureCelsius: MEAN },
} as const satisfies Record<HistoryKind, Record<string, Keeping>>;
export type KeptMetric<Kind extends HistoryKind> = keyof (typeof KEPT_METRICS)[Kind] & string;

export interface MinutesSize {
  /** How far back single minutes are kept: an hour is what features look at; training keeps a day more. */
  readonly minutes: number;
  /** How far back means of hours are kept. */
  readonly hours: number;
}

/** Enough for features as of now. */
export const LIVE_SIZE: MinutesSize = { minutes: 64, hours: 172 };

/** How long before now history has to be read so that every feature is what it would be without a restart. */
export const LOOKBACK_MS = LIVE_SIZE.hours * HOUR_MINUTES * MINUTE_MS;

/**
 * The last minutes and hours of a network as dense columns, NaN where not known: the one thing features are made from,
 * in training and live. Bounded: about 20 kB a link at `LIVE_SIZE`. Blocks may come in any order; what is older than
 * what is kept is dropped, what is newer moves everything on.
 */
export class NetworkMinutes {
  readonly network: Network;
  readonly #columns: ReadonlyMap<HistoryKind, ReadonlyMap<string, MinuteColumn>>;
  readonly #places: ReadonlyMap<HistoryKind, ReadonlyMap<string, number>>;
  #newest = -1;

  constructor(network: Network, size: MinutesSize = LIVE_SIZE) {
    this.network = network;
    this.#places = placesOf(network);
    this.#columns = new Map(
      (Object.keys(KEPT_METRICS) as HistoryKind[]).map((kind) => {
        const width = this.#places.get(kind)?.size as number;
        const metrics = Object.entries<Keeping>(KEPT_METRICS[kind]);
        return [kind, new Map(metrics.map(([name, { hour }]) => [name, new MinuteColumn(width, size, hour)]))];
      }),
    );
  }

  /** Start of the newest minute, ms; -Infinity before the first. */
  get newestMs(): number {
    return this.#newest < 0 ? -Infinity : this.#newest * MINUTE_MS;
  }

  /** Minutes up to this one are part of the window from now on; those that fall out of it are forgotten. */
  advanceTo(atMs: number): void {
    const minute = Math.floor(atMs / MINUTE_MS);
    if (minute <= this.#newest) return;
    this.#newest = minute;
    for (const columns of this.#columns.values()) for (const column of columns.values()) column.advanceTo(minute);
  }

  /** Takes what concerns this network and the metrics kept; answers how many values that were. */
  add(block: MinuteBlock | ImportBlock): number {
    const keeping = (KEPT_METRICS[block.kind] as Record<string, Keeping>)[block.metric];
    const index = this.#places.get(block.kind)?.get(block.id);
    if (keeping === undefined || index === undefined || block.atMs.length === 0) return 0;
    this.advanceTo(block.atMs[block.atMs.length - 1] as number);
    const column = this.#columns.get(block.kind)?.get(block.metric) as MinuteColumn;
    const values = 'values' in block ? block.values : block[keeping.minute];
    let taken = 0;
    for (let at = 0; at < block.atMs.length; at += 1) {
      const raw = values[at] as number;
      const value = keeping.scale === undefined ? raw : keeping.scale(raw);
      if (!Number.isFinite(value)) continue;
      if (column.set(index, Math.floor((block.atMs[at] as number) / MINUTE_MS), value)) taken += 1;
    }
    return taken;
  }

  /** One column: by link, arc (2 a link: az, za), interface (2 a link: a, z) or device, in the network's order. */
  column<Kind extends HistoryKind>(kind: Kind, metric: KeptMetric<Kind>): MinuteColumn {
    return this.#columns.get(kind)?.get(metric) as MinuteColumn;
  }
}

function placesOf({ links, nodes }: Network): Map<HistoryKind, Map<string, number>> {
  const ids = (list: readonly string[]) => new Map(list.map((id, index) => [id, index]));
  return new Map([
    ['link', ids(links.map(({ id }) => id))],
    ['arc', ids(links.flatMap(({ id }) => [`${id}:az`, `${id}:za`]))],
    ['interface', ids(links.flatMap(({ id }) => [`${id}:a`, `${id}:z`]))],
    ['device', ids(nodes.map(({ id }) => id))],
  ]);
}
