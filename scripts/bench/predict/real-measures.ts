import { createRng } from '../../../src/core/rng.ts';
import { type Measure, measure } from '../harness.ts';
import { bitErrorErrors, bitErrorSeries } from './bit-errors.ts';
import { ciscoResults } from './cisco.ts';
import { cloudSeries, robustDetector, thresholdDetector, windowsFound } from './cloud-series.ts';
import { microwaveField } from './microwave.ts';
import { tryMicrowave } from './microwave-trial.ts';

const say = (text: string) => process.stderr.write(`${text}\n`);
const higher = { bench: 'predict', better: 'higher' } as const;
const lower = { bench: 'predict', better: 'lower' } as const;

/** Whatever there is of recorded series in a folder laid out like the one beside the checkout. */
export async function* realMeasures(folder: string): AsyncGenerator<Measure> {
  yield* await microwaveMeasures(folder);
  yield* await ciscoMeasures(folder);
  yield* await bitErrorMeasures(folder);
  yield* await cloudMeasures(folder);
}

async function microwaveMeasures(folder: string): Promise<Measure[]> {
  const field = await microwaveField(folder);
  const result = field === null ? null : tryMicrowave(field, createRng(1));
  if (result === null) {
    say(
      `microwave links were not measured: ${field === null ? 'no cml_links_*.csv.gz' : 'no fades to learn from or to foresee'}`,
    );
    return [];
  }
  const { own, neighbour, ratio, prevalence, rows, episodes } = result;
  return [
    measure({ ...higher, metric: 'microwave-rows', value: rows, unit: '' }),
    measure({ ...higher, metric: 'microwave-prevalence', value: prevalence, unit: '' }),
    measure({ ...higher, metric: 'microwave-average-precision', value: own, unit: '' }),
    measure({ ...higher, metric: 'microwave-neighbour-is-bad', value: neighbour, unit: '' }),
    measure({ ...higher, metric: 'microwave-against-neighbour', value: own / neighbour, unit: 'x', must: 1, aim: 1.4 }),
    measure({ ...higher, metric: 'microwave-against-neighbour-low', value: ratio.low, unit: 'x' }),
    measure({ ...higher, metric: 'microwave-against-neighbour-high', value: ratio.high, unit: 'x' }),
    measure({ ...higher, metric: 'microwave-episodes', value: episodes, unit: '' }),
  ];
}

async function ciscoMeasures(folder: string): Promise<Measure[]> {
  const results = await ciscoResults(folder);
  if (results.length === 0) say('port events were not measured: no cisco_iosxr_*/');
  return results.flatMap(({ recording, events, untouched, falseAlarms }) => {
    for (const alarm of falseAlarms) say(`${recording}: alarm on an untouched port, ${alarm}`);
    if (events.length === 0) say(`${recording}: no fault within the time of the recording on a port that it tells of`);
    const slowest = Math.max(...events.map(({ detectedSeconds }) => detectedSeconds ?? Number.POSITIVE_INFINITY));
    const found = events.filter(({ detectedSeconds }) => detectedSeconds !== null).length;
    return [
      ...(events.length === 0
        ? []
        : [
            measure({ ...higher, metric: `${recording}-events-detected`, value: found, unit: '', must: events.length }),
            measure({
              ...lower,
              metric: `${recording}-slowest-detection`,
              value: slowest,
              unit: 's',
              must: 20,
              aim: 12,
            }),
          ]),
      measure({ ...higher, metric: `${recording}-untouched-ports`, value: untouched, unit: '' }),
      measure({ ...lower, metric: `${recording}-alarms-on-untouched`, value: falseAlarms.length, unit: '', must: 0 }),
    ];
  });
}

async function bitErrorMeasures(folder: string): Promise<Measure[]> {
  const series = await bitErrorSeries(folder);
  const errors = series.length < 3 ? [] : bitErrorErrors(series);
  if (errors.length === 0) {
    say('bit errors were not measured: no alibaba_ber/*.csv with three channels or more');
    return [];
  }
  const origins = errors.reduce((sum, each) => sum + each.origins, 0);
  const mean = (pick: (each: (typeof errors)[number]) => number) =>
    errors.reduce((sum, each) => sum + pick(each) * each.origins, 0) / origins;
  const [own, persistence] = [mean((each) => each.own), mean(({ rules }) => rules.persistence ?? Number.NaN)];
  return [
    measure({ ...lower, metric: 'bit-errors-mae-24h', value: own, unit: 'log10' }),
    measure({ ...lower, metric: 'bit-errors-persistence-mae-24h', value: persistence, unit: 'log10' }),
    measure({ ...lower, metric: 'bit-errors-against-persistence-24h', value: own / persistence, unit: 'x', aim: 1 }),
  ];
}

async function cloudMeasures(folder: string): Promise<Measure[]> {
  const { series, without } = await cloudSeries(folder);
  for (const name of without) say(`nab/${name}: its anomaly windows are not known`);
  if (series.length === 0) return [];
  const [own, rule] = [windowsFound(series, robustDetector), windowsFound(series, thresholdDetector)];
  return [
    measure({ ...higher, metric: 'cloud-windows', value: own.of, unit: '' }),
    measure({ ...higher, metric: 'cloud-windows-found', value: own.found, unit: '', aim: rule.found + 1 }),
    measure({ ...higher, metric: 'cloud-windows-found-by-threshold-rule', value: rule.found, unit: '' }),
  ];
}
