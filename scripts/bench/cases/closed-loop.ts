import { availableParallelism } from 'node:os';
import { DAY_SECONDS, type Day } from '../closed-loop/day.ts';
import { DayFile } from '../closed-loop/day-file.ts';
import { playDays } from '../closed-loop/days.ts';
import { mergeDays } from '../closed-loop/merge.ts';
import { linesOf, measuresOfLoop } from '../closed-loop/report.ts';
import { type Bench, type BenchOptions, type Measure, numberFlag } from '../harness.ts';

const QUICK_DAYS = 3;
const FULL_DAYS = { demo: 30, calibrated: 365 } as const;
const SEED = 1;

/** Days of the simulated network with nobody, with Detour in automatic mode, and with one who knows the truth. */
export const bench: Bench = {
  name: 'closed-loop',
  summary: 'lost and overloaded traffic of simulated days: IGP alone, Detour automatic, oracle; harmful changes',
  limitMs: 4 * 60 * 60_000,
  async *run(options) {
    const { full, flags } = options;
    const days = numberFlag(flags, 'days');
    const scenarios = flags.scenario?.split(',') ?? (full ? Object.keys(FULL_DAYS) : ['demo']);
    for (const scenario of scenarios) {
      const usual = full && scenario in FULL_DAYS ? FULL_DAYS[scenario as keyof typeof FULL_DAYS] : QUICK_DAYS;
      yield* await played(scenario, days ?? usual, options);
      if (options.signal.aborted) return;
    }
  },
};

async function played(scenario: string, days: number, { flags, signal }: BenchOptions): Promise<Measure[]> {
  const results = await playDays({
    days: daysOf(scenario, days, flags),
    workers: numberFlag(flags, 'workers') ?? availableParallelism(),
    limitMs: (numberFlag(flags, 'minutes') ?? Infinity) * 60_000,
    file: flags.cases === undefined ? null : await DayFile.open(flags.cases),
    signal,
    tell: (line) => process.stderr.write(`${scenario}: ${line}\n`),
  });
  if (results.length === 0) return [];
  const result = mergeDays(results);
  for (const line of linesOf(result)) process.stderr.write(`${scenario}: ${line}\n`);
  return measuresOfLoop(scenario, result);
}

/** Whole days, and the rest of one. */
function daysOf(scenario: string, days: number, flags: BenchOptions['flags']): Day[] {
  return Array.from({ length: Math.ceil(days) }, (_, day) => ({
    ...{ scenario, seed: numberFlag(flags, 'seed') ?? SEED, day },
    seconds: Math.round(Math.min(1, days - day) * DAY_SECONDS),
    ...{ network: flags.networks ?? 'backbone-100', data: flags.data, tick: numberFlag(flags, 'tick') },
  }));
}
