import type { Demand } from '../model.ts';
import type { ValidatedNetwork } from './detour-network.ts';

/** What a foreign file does not say. */
export interface ImportOptions {
  /** Name of the network where the file has none that is ours. */
  readonly name: string;
  /** Capacity of a link without one, bit/s; 10 Gbit/s unless given. */
  readonly defaultCapacityBps?: number;
  /** One-way latency of a link whose ends are not both on the map, ms; 1 unless given. */
  readonly defaultLatencyMs?: number;
}

/** A network with the traffic that its file tells. */
export interface ImportedNetwork extends ValidatedNetwork {
  readonly demands: readonly Demand[];
}

export const DEFAULT_CAPACITY_BPS = 10e9;
export const DEFAULT_LATENCY_MS = 1;
