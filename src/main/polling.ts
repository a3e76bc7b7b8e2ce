import { join } from 'node:path';
import { PollShares } from '../pipeline/poll-shares.ts';
import { resolveCredentials } from '../telemetry/snmp/credentials.ts';
import { SnmpSource } from '../telemetry/snmp/source.ts';
import { deviceTargets } from '../telemetry/snmp/targets.ts';
import { newTrapCounts } from '../telemetry/snmp/traps/counts.ts';
import { persistentEngine } from '../telemetry/snmp/traps/engine-file.ts';
import { TrapFollower } from '../telemetry/snmp/traps/follower.ts';
import { Keyring } from '../telemetry/snmp/traps/keyring.ts';
import { TrapReceiver } from '../telemetry/snmp/traps/receiver.ts';
import { Senders } from '../telemetry/snmp/traps/senders.ts';
import type { Service } from './lifecycle.ts';
import { pollerReport } from './poller-report.ts';
import { deviceEvents, type TelemetryParts } from './telemetry.ts';

const ENGINE_FILE = 'snmp-engine.json';
const REPORT_EVERY_MS = 2_000;

/** The role `poll`: this poller's share of the devices as a source, the receiver of traps, and a report about both. */
export class Polling implements Service {
  readonly name = 'snmp';
  readonly #parts: TelemetryParts;
  readonly #holder: string;
  readonly #source: SnmpSource;
  /** Null with a private Redis: then there is nobody to share with. */
  readonly #shares: PollShares | null;
  #receiver: TrapReceiver | null = null;
  #follower: TrapFollower | null = null;
  #reporting: NodeJS.Timeout | null = null;

  constructor(parts: TelemetryParts, holder: string) {
    const { config, network, clock, store, onError } = parts;
    const pollIntervalMs = config.pollIntervalSeconds * 1000;
    const deviceIds = deviceTargets(network).map(({ deviceId }) => deviceId);
    const shareOptions = { leases: store.leases, deviceIds, intervalMs: pollIntervalMs, holder, onError };
    this.#parts = parts;
    this.#holder = holder;
    this.#shares = config.redisUrl === null ? null : new PollShares(shareOptions);
    this.#source = new SnmpSource({
      network,
      sink: parts.sink,
      pollIntervalMs,
      resolveCredentials: this.#resolve,
      writeReadings: (records) => store.history.append(records),
      clock,
      events: deviceEvents(parts),
      ...(this.#shares ? { share: this.#shares } : {}),
    });
  }

  async start(): Promise<void> {
    await this.#shares?.start();
    await this.#source.start();
    await this.#listen();
    this.#reporting = setInterval(() => void this.#report(), REPORT_EVERY_MS);
    await this.#report();
  }

  async stop(): Promise<void> {
    if (this.#reporting) clearInterval(this.#reporting);
    this.#reporting = null;
    await this.#receiver?.stop();
    this.#follower?.stop();
    await this.#source.stop();
    await this.#shares?.stop();
    await this.#parts.store.pollers.remove(this.#holder).catch(this.#parts.onError);
  }

  readonly #resolve = (reference: string) =>
    resolveCredentials(reference, { env: this.#parts.environment, onWarning: this.#parts.onWarning });

  async #report(): Promise<void> {
    const { store, clock, onError } = this.#parts;
    const traps = this.#receiver?.counts ?? newTrapCounts();
    const about = { holder: this.#holder, atMs: clock.nowMs(), leases: this.#shares?.leases ?? 0 };
    await store.pollers.write(pollerReport(about, this.#source.stats(), traps)).catch(onError);
  }

  async #listen(): Promise<void> {
    const { config, network, onWarning, onError } = this.#parts;
    if (config.trapPort === null) return;
    const nowMs = () => performance.now();
    const receiver = new TrapReceiver({
      host: config.trapHost,
      port: config.trapPort,
      senders: await Senders.of(network, onWarning),
      keyring: new Keyring({ resolveCredentials: this.#resolve, common: config.trapCredentials ?? [], onWarning }),
      engine: await persistentEngine(join(config.dataDir, ENGINE_FILE), nowMs),
      onTrap: (trap) => this.#follower?.onTrap(trap),
      onError,
      nowMs,
    });
    this.#follower = new TrapFollower({
      pollNow: (deviceId) => this.#source.pollNow(deviceId),
      counts: receiver.counts,
      onError,
    });
    await receiver.start();
    this.#receiver = receiver;
  }
}
