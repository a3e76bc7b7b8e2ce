import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DAY_MS, HOUR_MS, RESOLUTIONS, type Resolution } from '../history.ts';

/** A closed file: an hour, or a day that its hours were put together into. */
export interface Partition {
  readonly path: string;
  readonly fromMs: number;
  readonly toMs: number;
}

const NAME = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}))?\.parquet$/;

/**
 * The folder of one network's history. A partition appears under its name only when it is whole, and a day takes the
 * place of its hours: where both are there, the hours are left over and are not read.
 */
export class Partitions {
  readonly root: string;

  /** Names of networks are percent-encoded, so that none can lead out of the folder. */
  constructor(dataDir: string, networkName: string) {
    this.root = join(dataDir, 'history', `net-${encodeURIComponent(networkName)}`);
  }

  get databaseFile(): string {
    return join(this.root, 'live.duckdb');
  }

  get seriesFile(): string {
    return join(this.root, 'series.parquet');
  }

  get spillDir(): string {
    return join(this.root, 'spill');
  }

  exists(): boolean {
    return existsSync(this.seriesFile);
  }

  create(): void {
    for (const resolution of RESOLUTIONS) mkdirSync(this.#folder(resolution), { recursive: true, mode: 0o700 });
  }

  /** Partitions that overlap the range, oldest first. */
  list(resolution: Resolution, fromMs = 0, toMs = Number.POSITIVE_INFINITY): Partition[] {
    const all = this.#all(resolution);
    const days = new Set(all.filter(isDay).map((day) => day.fromMs));
    return all.filter(
      (each) =>
        each.toMs > fromMs &&
        each.fromMs < toMs &&
        (isDay(each) || !days.has(Math.floor(each.fromMs / DAY_MS) * DAY_MS)),
    );
  }

  /** Hours that are left over beside their day, or that wait to be put together. */
  hoursOf(resolution: Resolution, dayMs: number): Partition[] {
    return this.#all(resolution).filter((each) => !isDay(each) && each.fromMs >= dayMs && each.fromMs < dayMs + DAY_MS);
  }

  /** The file rows of this hour belong into. */
  pathOf(resolution: Resolution, hourMs: number): string {
    const day = this.dayPath(resolution, hourMs);
    return existsSync(day)
      ? day
      : join(this.#folder(resolution), `${new Date(hourMs).toISOString().slice(0, 13)}.parquet`);
  }

  dayPath(resolution: Resolution, atMs: number): string {
    return join(this.#folder(resolution), `${new Date(atMs).toISOString().slice(0, 10)}.parquet`);
  }

  /** Every file, oldest first, with hours that a day has taken the place of. */
  all(resolution: Resolution): Partition[] {
    return this.#all(resolution);
  }

  sizeOf(partition: Partition): number {
    return sizeOf(partition.path);
  }

  remove(partition: Partition): void {
    rmSync(partition.path, { force: true });
  }

  /** Bytes of everything in the folder. */
  bytes(): number {
    const closed = RESOLUTIONS.flatMap((resolution) => this.#all(resolution)).map(({ path }) => path);
    const own = [this.databaseFile, `${this.databaseFile}.wal`, this.seriesFile];
    return [...closed, ...own].reduce((sum, path) => sum + sizeOf(path), 0);
  }

  #folder(resolution: Resolution): string {
    return join(this.root, resolution);
  }

  #all(resolution: Resolution): Partition[] {
    const folder = this.#folder(resolution);
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .sort()
      .flatMap((name) => partitionOf(folder, name) ?? []);
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function isDay({ fromMs, toMs }: Partition): boolean {
  return toMs - fromMs === DAY_MS;
}

function partitionOf(folder: string, name: string): Partition | null {
  const match = NAME.exec(name);
  if (!match) return null;
  const [, day, hour] = match;
  const fromMs = Date.parse(`${day}T${hour ?? '00'}:00:00Z`);
  if (Number.isNaN(fromMs)) return null;
  return { path: join(folder, name), fromMs, toMs: fromMs + (hour === undefined ? DAY_MS : HOUR_MS) };
}
