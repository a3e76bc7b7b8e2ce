import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RegularSeries, regularSeries } from '../../../src/predict/forecast/series.ts';
import { readLoads } from '../series/loads.ts';
import { rttSeries } from '../series/rtt-atlas.ts';

const HOUR_MS = 3_600_000;
const LOAD_STEP_MS = 300_000;

/** Real series of a folder, as far as it has them. */
export interface RealSeries {
  readonly loads: readonly RegularSeries[];
  readonly roundTrips: readonly RegularSeries[];
  readonly bitErrors: readonly RegularSeries[];
}

export async function realSeries(folder: string): Promise<RealSeries> {
  const [loads, bitErrors] = await Promise.all(
    (['loads', 'alibaba_ber'] as const).map(async (name) => {
      const files = (await readdir(join(folder, name)).catch(() => [])).filter((file) => file.endsWith('.csv')).sort();
      const texts = await Promise.all(files.map((file) => readFile(join(folder, name, file), 'utf8')));
      return texts.flatMap((text) => (name === 'loads' ? readLoads(text, LOAD_STEP_MS) : readBitErrors(text)));
    }),
  );
  return { loads: loads ?? [], bitErrors: bitErrors ?? [], roundTrips: await rttSeries(folder) };
}

/** Averages of `preFecBer`, a series for each channel and end. */
export function readBitErrors(text: string): RegularSeries[] {
  const [header = '', ...lines] = text.trim().split('\n');
  const names = header.trim().split(',');
  const column = (name: string) => names.indexOf(name);
  const channels = new Map<string, [number, number][]>();
  for (const line of lines) {
    const cells = line.trim().split(',');
    const cell = (name: string) => cells[column(name)] ?? '';
    if (cell('item') !== 'preFecBer' || cell('stats_type') !== 'avg') continue;
    const id = ['device_name', 'logical_name', 'och', 'side'].map(cell).join(' ');
    const channel = channels.get(id) ?? [];
    channel.push([Date.parse(`${cell('time')} UTC`), numberIn(cell('value'))]);
    channels.set(id, channel);
  }
  return [...channels].map(([id, readings]) => regularSeries(id, readings, HOUR_MS));
}

function numberIn(text: string | undefined): number {
  return text === undefined || text.trim() === '' ? Number.NaN : Number(text);
}
