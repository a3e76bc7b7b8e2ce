import type { KeptMetric } from '../minutes.ts';
import { endsBy, type FeatureGroup, log10, type RiskFeature } from './feature-parts.ts';
import { type Growth, growthOf } from './growth.ts';
import type { Moment } from './moment.ts';
import { combined, pickedByPairs } from './windows.ts';

/** What grows before a failure: its name, words and group, the growth itself, and how that of a link is found. */
interface Growing {
  readonly name: string;
  readonly words: string;
  readonly group: FeatureGroup;
  readonly of: (moment: Moment) => Growth;
  readonly ofLink: (moment: Moment, values: Float32Array, by: Float32Array) => Float32Array;
}

const sides: Growing['ofLink'] = (_moment, values, by) => pickedByPairs(values, by);
const interfaces = (metric: KeptMetric<'interface'>, sign: 1 | -1): Growing['of'] => {
  return (moment) => growthOf(moment, 'interface', metric, sign);
};
const devices = (metric: KeptMetric<'device'>): Growing['of'] => {
  return (moment) => growthOf(moment, 'device', metric, 1);
};

const GROWING: readonly Growing[] = [
  {
    ...{ name: 'rxPower', words: 'receive power', group: 'optics' },
    of: interfaces('rxPowerDbm', -1),
    ofLink: sides,
  },
  {
    ...{ name: 'bitErrors', words: 'bit errors before correction', group: 'optics' },
    of: interfaces('preFecBitErrorRatio', 1),
    ofLink: sides,
  },
  {
    ...{ name: 'transceiver', words: 'temperature of the transceivers', group: 'device' },
    of: interfaces('transceiverTemperatureCelsius', 1),
    ofLink: sides,
  },
  {
    ...{ name: 'errors', words: 'share of packets with errors', group: 'errors' },
    of: (moment) => growthOf(moment, 'arc', 'errorRatio', 1, log10),
    ofLink: sides,
  },
  {
    ...{ name: 'temperature', words: 'temperature of the devices', group: 'device' },
    of: devices('temperatureCelsius'),
    ofLink: endsBy,
  },
  { ...{ name: 'cpu', words: 'CPU of the devices', group: 'device' }, of: devices('cpuRatio'), ofLink: endsBy },
];

const ratio = (half: number, quarter: number) => half / quarter;

/** Both features of a figure need all of it. */
function once(of: Growing['of']): Growing['of'] {
  const known = new WeakMap<Moment, Growth>();
  return (moment) => {
    const found = known.get(moment) ?? of(moment);
    known.set(moment, found);
    return found;
  };
}

/** Of each figure, when it was half as far from its best of the day as it is now, and how late it came there. */
export const growth: RiskFeature[] = GROWING.flatMap(({ name, words, group, ofLink, ...growing }): RiskFeature[] => {
  const of = once(growing.of);
  return [
    {
      name: `${name}HalfHours`,
      unit: 'h',
      words: `time since the ${words} had come half of the way from the best of the day`,
      group,
      of: (moment) => {
        const { halfHours, rise } = of(moment);
        return ofLink(moment, halfHours, rise);
      },
    },
    {
      name: `${name}Lateness`,
      unit: '',
      words: `${words}: time since half of the way, over that since a quarter of it (below 0.67 ever faster)`,
      group,
      of: (moment) => {
        const { halfHours, quarterHours, rise } = of(moment);
        return ofLink(moment, combined(halfHours, quarterHours, ratio), rise);
      },
    },
  ];
});
