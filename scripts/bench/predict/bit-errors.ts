import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createRng } from '../../../src/core/rng.ts';
import { forecastErrors, type SeriesErrors } from '../../../src/predict/forecast/evaluate.ts';
import { FORECAST_DEFAULTS, trainHorizon } from '../../../src/predict/forecast/model.ts';
import { FeatureReaders, type Stretch } from '../../../src/predict/forecast/rows.ts';
import { type RegularSeries, regularSeries } from '../../../src/predict/forecast/series.ts';
import { numberOf, readCsv, timeOf } from './csv.ts';

const HOUR_MS = 3_600_000;
export const BIT_ERROR_HORIZON_MS = 24 * HOUR_MS;
const FOLDS = 3;
/** Of each channel in time: learnt from, calibrated on, tested on; a day between them, as far as is forecast. */
const [LEARN, CALIBRATE, TEST] = [
  [0, 0.45],
  [0.52, 0.65],
  [0.72, 1],
] as const;
const SETTINGS = { ...FORECAST_DEFAULTS, rowLimit: 20_000, treeCount: 100, maxDepth: 3 };

/** log10 of the pre-FEC bit error ratio of every channel of `alibaba_ber/*.csv`, hourly means; none where there is none. */
export async function bitErrorSeries(folder: string): Promise<RegularSeries[]> {
  const own = join(folder, 'alibaba_ber');
  const files = (await readdir(own).catch(() => [] as string[])).filter((name) => /\.csv(\.gz)?$/.test(name)).sort();
  return (await Promise.all(files.map((file) => channelsOf(join(own, file))))).flat();
}

async function channelsOf(path: string): Promise<RegularSeries[]> {
  const { rows, column, name } = await readCsv(path);
  const key = ['device_name', 'logical_name', 'och', 'side', 'pn'].map(column);
  const [item, stats, value, time] = [column('item'), column('stats_type'), column('value'), column('time')];
  const channels = new Map<string, [number, number][]>();
  for (const row of rows) {
    const ratio = numberOf(row[value]);
    // A ratio of 0 is one that could not be measured.
    if (row[item] !== 'preFecBer' || row[stats] !== 'avg' || !(ratio > 0)) continue;
    const id = `${name} ${key.map((at) => row[at]).join(' ')}`;
    const readings = channels.get(id) ?? [];
    channels.set(id, readings);
    readings.push([timeOf(row[time] as string), Math.log10(ratio)]);
  }
  return [...channels].map(([id, readings]) => regularSeries(id, readings, HOUR_MS));
}

/** Errors a day ahead of channels that were not learnt from, in the last part of their time. */
export function bitErrorErrors(series: readonly RegularSeries[]): SeriesErrors[] {
  const readers = new FeatureReaders();
  return Array.from({ length: FOLDS }, (_, fold) => {
    const [others, tested] = [
      series.filter((_each, at) => at % FOLDS !== fold),
      series.filter((_each, at) => at % FOLDS === fold),
    ];
    const model = trainHorizon(
      parts(others, LEARN),
      parts(others, CALIBRATE),
      BIT_ERROR_HORIZON_MS,
      SETTINGS,
      createRng(fold),
      readers,
    );
    return forecastErrors(model, parts(tested, TEST), 1, readers);
  }).flat();
}

function parts(series: readonly RegularSeries[], [from, to]: readonly [number, number]): Stretch[] {
  return series.map((each) => ({
    series: each,
    begin: Math.floor(from * each.values.length),
    end: Math.floor(to * each.values.length),
  }));
}
