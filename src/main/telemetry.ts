import type { Demand, Network } from '../../topology/model.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { NewEvent } from '../store/events.ts';
import type { Store, TruthLog } from '../store/store.ts';
import { createEngine } from '../telemetry/simulator/engine.ts';
import { loadScenario } from '../telemetry/simulator/scenario.ts';
import { SimulatorSource } from '../telemetry/simulator/source.ts';
import type { SnmpSourceEvents } from '../telemetry/snmp/source-types.ts';
import type { SampleSink } from '../telemetry/source.ts';

export interface TelemetryParts {
  readonly config: Config;
  readonly network: Network;
  readonly demands: readonly Demand[] | null;
  readonly store: Store;
  readonly truth: TruthLog;
  readonly sink: SampleSink;
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onError: (error: unknown) => void;
  readonly onWarning: (message: string) => void;
}

/** The simulated network as a source; throws INVALID_SCENARIO. */
export async function simulatorSource(parts: TelemetryParts): Promise<SimulatorSource> {
  const { config, network, demands, store, clock } = parts;
  const scenario = await loadScenario(config.scenario);
  const startMs = clock.nowMs();
  // It has been running for as long as the past reaches back that its history is given.
  const ageSeconds = config.backfillHours * 3600;
  const engine = createEngine({ network, demands, scenario, seed: config.seed, startMs, ageSeconds });
  return new SimulatorSource({
    engine,
    speed: config.speed,
    sink: parts.sink,
    readTunnels: () => store.traffic.tunnels(),
    writeDemands: (set) => store.traffic.writeDemands(set),
    writeReadings: (records) => store.history.append(records),
    truth: parts.truth,
    clock,
    onError: parts.onError,
    onRejected: (rejected) =>
      parts.onWarning(`tunnels do not fit the network: ${JSON.stringify(rejected).slice(0, 500)}`),
  });
}

/** Tells of devices that fall silent, come back, or are not as the network file has them. */
export function deviceEvents(parts: TelemetryParts): SnmpSourceEvents {
  const { store, clock } = parts;
  const tell = (event: NewEvent): void => {
    store.events.append([event]).catch(parts.onError);
  };
  return {
    onDeviceSilent: (deviceId, reason) => tell(deviceEvent(clock.nowMs(), deviceId, true, reason)),
    onDeviceBack: (deviceId, reason) => tell(deviceEvent(clock.nowMs(), deviceId, false, reason)),
    onDeviceProblems: (deviceId, problems) => {
      if (problems.length > 0) parts.onWarning(`${deviceId}: ${problems.join('; ')}`);
    },
    onSinkError: parts.onError,
  };
}

function deviceEvent(atMs: number, deviceId: string, silent: boolean, reason: string): NewEvent {
  return {
    atMs,
    type: silent ? 'device-silent' : 'device-back',
    severity: silent ? 'major' : 'info',
    cleared: !silent,
    linkId: null,
    deviceId,
    proposalId: null,
    message: `${deviceId}: ${reason}`,
    details: {},
  };
}

/** Demands of a file are the operator's own figures; written once, without an age. */
export async function writeFileDemands(store: Store, demands: readonly Demand[]): Promise<void> {
  await store.traffic.writeDemands({ source: 'file', atMs: null, demands: [...demands] });
}
