import type { Clock } from '../../core/clock.ts';
import { LIMITS, networkKeys } from '../keys.ts';
import { requireFinite } from '../rules.ts';
import type { CounterStore, DiscoveredNetwork, DiscoveredNetworkStore, Store } from '../store.ts';
import { MemoryAudit } from './audit.ts';
import { MemoryControl } from './control.ts';
import { MemoryEvents } from './events.ts';
import { MemoryHistoryFeed } from './history-feed.ts';
import { MemoryLeases } from './leases.ts';
import { MemoryPlans } from './plans.ts';
import { MemoryPollers } from './pollers.ts';
import { MemoryPredictions } from './predictions.ts';
import { MemoryQuestions } from './questions.ts';
import { MemoryRequests } from './requests.ts';
import { MemorySamples } from './samples.ts';
import { MemoryScoring } from './scoring.ts';
import { MemoryTraffic } from './traffic.ts';

export interface MemoryStoreOptions {
  readonly networkName: string;
  readonly partitions: number;
  readonly clock: Clock;
  /** Samples that may wait in one partition. */
  readonly queuedSamplesMax?: number;
  /** Size of all plan inputs together, from which on the oldest are forgotten before their time. */
  readonly inputBytesMax?: number;
}

/**
 * A store inside this process, for tests, benches and single commands; nothing survives it. Everything that has a
 * lifetime goes by the clock; only waits for something new (`blockMs`) are in real time.
 */
export function createMemoryStore(options: MemoryStoreOptions): Store {
  // Refuses the names that Redis keys cannot be made of, so that both stores take the same ones.
  networkKeys(options.networkName);
  const { clock, partitions, networkName } = options;
  const events = new MemoryEvents(clock);
  const leases = new MemoryLeases(clock);
  const traffic = new MemoryTraffic();
  const samples = new MemorySamples(partitions, options.queuedSamplesMax ?? LIMITS.queuedSamplesMax, clock);
  const history = new MemoryHistoryFeed(clock);
  const questions = new MemoryQuestions(clock);
  const scoring = new MemoryScoring(events, leases, history);
  const inputBytesMax = options.inputBytesMax ?? LIMITS.inputBytesMax;
  const audit = new MemoryAudit(clock);
  const requests = new MemoryRequests(clock);
  const plans = new MemoryPlans(clock, inputBytesMax, { events, leases, traffic, audit, requests });
  const close = async () => {
    samples.close();
    events.close();
    history.close();
    questions.close();
  };
  const counters = memoryCounters();
  const ping = async () => 0;
  return {
    networkName,
    partitions,
    links: scoring,
    samples,
    scoring,
    events,
    plans,
    traffic,
    audit,
    control: new MemoryControl({ audit, events, requests }),
    leases,
    counters,
    history,
    questions,
    predictions: new MemoryPredictions(),
    pollers: new MemoryPollers(clock),
    discovered: memoryDiscovered(),
    ping,
    close,
  };
}

function memoryDiscovered(): DiscoveredNetworkStore {
  let kept: string | null = null;
  return {
    write: async (network) => {
      kept = JSON.stringify(network);
    },
    read: async () => (kept === null ? null : (JSON.parse(kept) as DiscoveredNetwork)),
  };
}

function memoryCounters(): CounterStore {
  const sums = new Map<string, number>();
  return {
    add: async (name, amount) => {
      requireFinite(amount, 'amount');
      const sum = (sums.get(name) ?? 0) + amount;
      sums.set(name, sum);
      return sum;
    },
    read: async (name) => sums.get(name) ?? 0,
  };
}
