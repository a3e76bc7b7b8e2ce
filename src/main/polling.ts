import { join } from 'node:path';
import { resolveCredentials } from '../telemetry/snmp/credentials.ts';
import { SnmpSource } from '../telemetry/snmp/source.ts';
import { persistentEngine } from '../telemetry/snmp/traps/engine-file.ts';
import { TrapFollower } from '../telemetry/snmp/traps/follower.ts';
import { Keyring } from '../telemetry/snmp/traps/keyring.ts';
import { TrapReceiver } from '../telemetry/snmp/traps/receiver.ts';
import { Senders } from '../telemetry/snmp/traps/senders.ts';
import type { Service } from './lifecycle.ts';
import { deviceEvents, type TelemetryParts } from './telemetry.ts';

const ENGINE_FILE = 'snmp-engine.json';

/** The role `poll`: the devices of the network file as a source, and the receiver of their traps. */
export class Polling implements Service {
  readonly name = 'snmp';
  readonly #parts: TelemetryParts;
  readonly #source: SnmpSource;
  #receiver: TrapReceiver | null = null;
  #follower: TrapFollower | null = null;

  constructor(parts: TelemetryParts) {
    const { config, network, clock } = parts;
    this.#parts = parts;
    this.#source = new SnmpSource({
      network,
      sink: parts.sink,
      pollIntervalMs: config.pollIntervalSeconds * 1000,
      resolveCredentials: this.#resolve,
      clock,
      events: deviceEvents(parts),
    });
  }

  /** UDP port of the trap receiver; null when there is none. */
  get trapPort(): number | null {
    return this.#receiver?.port ?? null;
  }

  async start(): Promise<void> {
    await this.#source.start();
    await this.#listen();
  }

  async stop(): Promise<void> {
    await this.#receiver?.stop();
    this.#follower?.stop();
    await this.#source.stop();
  }

  readonly #resolve = (reference: string) =>
    resolveCredentials(reference, { env: this.#parts.environment, onWarning: this.#parts.onWarning });

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
