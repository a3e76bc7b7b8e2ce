import { describe, expect, it } from 'vitest';
import { healthFigures } from '../../../../src/telemetry/snmp/device/health.ts';

const pool = (name: string, percent: number, totalBytes: number | null) => ({
  ...{ name, percent, totalBytes },
  usedBytes: totalBytes === null ? null : (totalBytes * percent) / 100,
});
const sensor = (kind: string, value: number | null, unit = 'C') => ({ kind, name: kind, value, unit, status: 'ok' });

describe('figures of a whole device', () => {
  it('take the cores of a processor together, and of processors the busiest', () => {
    const cores = [0, 1, 2, 3].map((at) => ({ name: `CPU ${at}`, percent: at === 0 ? 100 : 20 }));
    expect(healthFigures({ cpu: cores, memory: [], sensors: [] })).toEqual({ cpuRatio: 0.4 });
    const cards = [
      { name: '0/RP0/CPU0', percent: 90 },
      { name: '0/1/CPU0', percent: 5 },
    ];
    expect(healthFigures({ cpu: cards, memory: [], sensors: [] }).cpuRatio).toBe(0.9);
  });

  it('take the main memory, not swap or cache, and the hottest sensor that makes sense', () => {
    const memory = [pool('Swap space', 99, 64e9), pool('RAM', 40, 16e9), pool('lsmpi_io', 95, 6e6)];
    const sensors = [sensor('temperature', 41), sensor('temperature', 63.5), sensor('temperature', 32767)];
    const others = [sensor('temperature', null), sensor('voltage', 120, 'V'), sensor('temperature', 110, 'F')];
    expect(healthFigures({ cpu: [], memory, sensors: [...sensors, ...others] })).toEqual({
      ...{ memoryRatio: 0.4, temperatureCelsius: 63.5 },
    });
    const shares = [pool('a', 30, null), pool('b', 70, null)];
    expect(healthFigures({ cpu: [], memory: shares, sensors: [] })).toEqual({ memoryRatio: 0.7 });
  });

  it('leave out what the device does not tell', () => {
    expect(healthFigures({ cpu: [], memory: [], sensors: [] })).toEqual({});
  });
});
