import type { Metrics } from './metrics.ts';
import type { CpuReport, MemoryReport, SensorReport } from './report.ts';

/** A whole device's figures, by the names they have in the history; what it does not tell is left out. */
export type DeviceHealthFigures = Readonly<Partial<Record<'cpuRatio' | 'memoryRatio' | 'temperatureCelsius', number>>>;

/** Beyond this a sensor is broken, or tells something else. */
const [COLDEST, HOTTEST] = [-40, 150];
/** What is counted beside a device's own memory, or within it. */
const NOT_MEMORY = /swap|cache|buffer|virtual|shared|disk|flash/i;

/** One figure for each of processor, memory and temperature out of everything a device tells. */
export function healthFigures({
  cpu,
  memory,
  sensors,
}: Pick<Metrics, 'cpu' | 'memory' | 'sensors'>): DeviceHealthFigures {
  const figures = {
    cpuRatio: busiest(cpu),
    memoryRatio: mainMemory(memory),
    temperatureCelsius: hottest(sensors),
  };
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== null));
}

/** Cores, whose names differ by a number at most, are one processor; of several processors the busiest counts. */
function busiest(cpu: readonly CpuReport[]): number | null {
  const processors = new Map<string, number[]>();
  for (const { name, percent } of cpu) {
    const processor = name.replace(/[\s#]*\d+$/, '');
    processors.set(processor, [...(processors.get(processor) ?? []), percent]);
  }
  const means = [...processors.values()].map((own) => own.reduce((sum, each) => sum + each, 0) / own.length);
  return means.length === 0 ? null : Math.max(...means) / 100;
}

/** The largest pool; where sizes are not told the fullest. */
function mainMemory(memory: readonly MemoryReport[]): number | null {
  const pools = memory.filter(({ name }) => !NOT_MEMORY.test(name));
  const [main] = pools.toSorted((x, y) => (y.totalBytes ?? 0) - (x.totalBytes ?? 0) || y.percent - x.percent);
  return main === undefined ? null : main.percent / 100;
}

function hottest(sensors: readonly SensorReport[]): number | null {
  const known = sensors.flatMap(({ kind, value, unit }) => {
    const isReading = kind === 'temperature' && value !== null && value > COLDEST && value < HOTTEST;
    return isReading && /^°?C$|^celsius$/i.test(unit) ? [value] : [];
  });
  return known.length === 0 ? null : Math.max(...known);
}
