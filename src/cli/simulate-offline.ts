import { loadDemands, loadNetwork } from '../../topology/files.ts';
import type { Config } from '../config/schema.ts';
import { DetourError } from '../core/errors.ts';
import { writeOfflineDays } from '../main/offline-days.ts';
import { loadScenario } from '../telemetry/simulator/scenario.ts';
import { print, printJson } from './output.ts';
import { progressBar } from './progress.ts';

export interface OfflineFlags {
  readonly days: number;
  readonly out?: string;
  readonly into?: string;
  readonly json?: boolean;
}

const DAY_MS = 86_400_000;

/** `detour simulate --offline`: whole days up to midnight, UTC, as minutes into a history. */
export async function simulateOffline(config: Config, { days, out, into, json }: OfflineFlags): Promise<void> {
  if ((out === undefined) === (into === undefined)) {
    throw new DetourError('INVALID_INPUT', '--offline: needs either --out DIR or --into history', {
      field: 'out',
      hint: '--out DIR makes a history of its own there, --into history adds to the one of this installation',
    });
  }
  const { network } = await loadNetwork(config.network);
  const demands = config.demands === null ? null : (await loadDemands(config.demands, network)).demands;
  const scenario = await loadScenario(config.scenario);
  const untilMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const bar = progressBar();
  const since = process.cpuUsage();
  try {
    const report = await writeOfflineDays({
      ...{ network, demands, scenario, seed: config.seed, days, untilMs, dataDir: out ?? config.dataDir },
      onDay: (done) => bar.show('simulating', done / days),
    });
    bar.end();
    const { user, system } = process.cpuUsage(since);
    const cpuSeconds = (user + system) / 1e6;
    if (json)
      printJson({ network: network.name, scenario: scenario.name, seed: config.seed, days, ...report, cpuSeconds });
    else {
      const [from, until] = [report.fromMs, report.untilMs].map((ms) => new Date(ms).toISOString().slice(0, 10));
      print(
        `${days} days of ${network.name} from ${from} until ${until}: ${report.rows} minutes, ${report.failures} failures`,
      );
      print(`  history  ${out ?? config.dataDir}`);
      print(`  what really happened  ${report.truthFile}`);
      print(`  ${(cpuSeconds / days).toFixed(1)} s of CPU a day, writing included`);
    }
  } finally {
    bar.end();
  }
}
