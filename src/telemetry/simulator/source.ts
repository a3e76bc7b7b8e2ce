import type { Clock } from '../../core/clock.ts';
import type { DemandSet } from '../../reroute/plan.ts';
import type { Tunnel } from '../../reroute/proposal.ts';
import type { HistoryRecord } from '../../store/history-record.ts';
import type { TruthRecord } from '../../store/store.ts';
import type { InterfaceSample } from '../sample.ts';
import type { SampleSink, TelemetrySource } from '../source.ts';
import { aggregate } from './aggregate.ts';
import type { Engine, StepResult } from './engine.ts';
import { Outbox } from './outbox.ts';
import { Pacing, stepSeconds, TICK_MS } from './pacing.ts';
import { recordsOfReadings } from './reading-records.ts';
import type { RejectedTunnel } from './tunnel-table.ts';

/** Samples of half a minute are kept for a sink that fails; a scorer could not use older ones anyway. */
const MAX_WAITING_BATCHES = 30;
const MAX_WAITING_TRUTH = 1000;
/** Ticks between two measurements of the demands. */
const DEMANDS_EVERY = 5;
/** Ticks between two readings of routers and transceivers: what a poller usually has. */
const READINGS_EVERY = 10;
/** How long `stop` waits for a receiver that does not answer. */
const STOP_PATIENCE_MS = 2000;

export interface SimulatorOptions {
  readonly engine: Engine;
  /** Simulated seconds per second, > 0, at most 1000. */
  readonly speed: number;
  readonly sink: SampleSink;
  /** The tunnels that are wanted; asked every second, so that applied reroutes take effect. */
  readonly readTunnels: () => Promise<{ readonly version: number; readonly tunnels: readonly Tunnel[] }>;
  /** Takes the measured demands, every five seconds. */
  readonly writeDemands: (demands: DemandSet) => Promise<void>;
  /** Takes what routers and transceivers measure, every ten seconds; where it is left out, nobody reads them. */
  readonly writeReadings?: (records: readonly HistoryRecord[]) => Promise<void>;
  /** The only way out for what really happens. */
  readonly truth: { append(record: TruthRecord): Promise<void> };
  readonly clock: Clock;
  /** Told about every failure of the above; must not throw. */
  readonly onError: (error: unknown) => void;
  /** Told about tunnels that do not fit the network. */
  readonly onRejected?: (rejected: readonly RejectedTunnel[]) => void;
}

/**
 * The simulated network as a source of samples: one sample per interface per second of wall clock. `atMs`,
 * `receivedAtMs` and the time of the demands are wall-clock time whatever the speed; at a speed other than 1 a sample
 * sums up all simulated seconds since the last, see `aggregate`. Truth records carry wall-clock time too, with the
 * simulated time in `details.simulatedAtMs`.
 */
export class SimulatorSource implements TelemetrySource {
  readonly name = 'simulator';
  readonly #options: SimulatorOptions;
  readonly #samples: Outbox<InterfaceSample[]>;
  readonly #truth: Outbox<TruthRecord>;
  readonly #demands: Outbox<DemandSet>;
  readonly #readings: Outbox<readonly HistoryRecord[]>;
  #pacing: Pacing | null = null;
  #timer: NodeJS.Timeout | null = null;
  #polling: Promise<void> | null = null;
  #tunnelVersion: number | null = null;
  #ticks = 0;
  #startedMs = 0;

  constructor(options: SimulatorOptions) {
    this.#options = options;
    const { sink, truth, writeDemands, onError } = options;
    this.#samples = new Outbox((batch) => sink.push(batch), MAX_WAITING_BATCHES, onError);
    this.#truth = new Outbox((record) => truth.append(record), MAX_WAITING_TRUTH, onError);
    this.#demands = new Outbox(writeDemands, 1, onError);
    this.#readings = new Outbox(options.writeReadings ?? (async () => undefined), 1, onError);
  }

  /** Batches of samples that were given up because the sink did not take them. */
  get droppedBatches(): number {
    return this.#samples.dropped;
  }

  /** Asks for the tunnels that stand, so that a restart does not show traffic where it was not, then begins. */
  async start(): Promise<void> {
    if (this.#timer) return;
    this.#startedMs = this.#options.clock.nowMs();
    this.#schedule();
    // Not waited for: a store that hangs must not keep the service from starting. The timer begins without it.
    void this.#pollTunnels().then(() => {
      if (this.#timer) this.#turn();
    });
  }

  /** Stops time, waits for what is under way, a receiver that hangs not longer than two seconds; idempotent. */
  async stop(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    let patience: NodeJS.Timeout | undefined;
    const giveUp = new Promise<void>((resolve) => {
      patience = setTimeout(resolve, STOP_PATIENCE_MS);
    });
    await Promise.race([Promise.all(this.#deliveries()), giveUp]);
    clearTimeout(patience);
  }

  /** To the next full second since the start: a fixed interval would drift and now and then skip a second. */
  #schedule(): void {
    const sinceMs = this.#options.clock.nowMs() - this.#startedMs;
    // Rounded, because timers fire a little early as well as late.
    const delayMs = (Math.round(sinceMs / TICK_MS) + 1) * TICK_MS - sinceMs;
    this.#timer = setTimeout(() => {
      this.#schedule();
      this.#turn();
    }, delayMs);
  }

  /** One turn by hand, for a caller that owns the time: resolves when all receivers have answered. Never rejects. */
  async tick(): Promise<void> {
    if (this.#tunnelVersion === null) await this.#pollTunnels();
    this.#turn();
    await Promise.all(this.#deliveries());
  }

  /** Moves the network on to the clock's time and hands out what came of it, without waiting for anyone. */
  #turn(): void {
    const nowMs = this.#options.clock.nowMs();
    const pacing = this.#pacing ?? new Pacing(this.#options.speed, nowMs);
    this.#pacing = pacing;
    try {
      const results = this.#advance(pacing.due(nowMs));
      // A late turn counts up to the second it was for: what a sample covers must join on to the one before.
      if (results.length > 0) this.#publish(results, nowMs, Math.min(nowMs, pacing.doneMs));
    } catch (error) {
      this.#options.onError(error);
    }
    this.#deliveries();
  }

  #advance(steps: number): StepResult[] {
    const seconds = stepSeconds(this.#options.speed);
    return Array.from({ length: steps }, () => this.#options.engine.step(seconds));
  }

  #publish(results: readonly StepResult[], nowMs: number, atMs: number): void {
    const { engine, speed } = this.#options;
    const steps = results.map((result) => result.measurements);
    this.#samples.put(aggregate(steps, speed, { atMs, receivedAtMs: nowMs }));
    for (const { truth } of results) {
      for (const record of truth) {
        this.#truth.put({ ...record, atMs: nowMs, details: { ...record.details, simulatedAtMs: record.atMs } });
      }
    }
    if (this.#ticks % DEMANDS_EVERY === 0) {
      this.#demands.put({ ...engine.demandSet(), atMs: nowMs });
      this.#truth.put(totalsRecord(results.at(-1) as StepResult, nowMs));
    }
    if (this.#options.writeReadings && this.#ticks % READINGS_EVERY === 0) {
      this.#readings.put(recordsOfReadings(engine.readings(), nowMs));
    }
    this.#ticks += 1;
  }

  /** Sets all deliveries going; each is under way once at most, however often this is called. */
  #deliveries(): Promise<void>[] {
    return [
      this.#samples.flush(),
      this.#truth.flush(),
      this.#demands.flush(),
      this.#readings.flush(),
      this.#pollTunnels(),
    ];
  }

  /** One question at a time, so that a store that hangs is not asked ever more. */
  #pollTunnels(): Promise<void> {
    this.#polling ??= this.#readTunnels().finally(() => {
      this.#polling = null;
    });
    return this.#polling;
  }

  async #readTunnels(): Promise<void> {
    try {
      const { version, tunnels } = await this.#options.readTunnels();
      if (version === this.#tunnelVersion) return;
      const rejected = this.#options.engine.setTunnels(tunnels);
      this.#tunnelVersion = version;
      if (rejected.length > 0) this.#options.onRejected?.(rejected);
    } catch (error) {
      this.#options.onError(error);
    }
  }
}

/** The sums of the traffic as a truth record, for evaluation. */
function totalsRecord(result: StepResult, nowMs: number): TruthRecord {
  const details = { ...result.totals, simulatedAtMs: result.atMs };
  return { atMs: nowMs, faultId: 'traffic', kind: 'totals', phase: 'end', links: [], details };
}
