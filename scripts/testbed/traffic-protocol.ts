/** A steady stream to another host of the test bed. */
export interface StreamOrder {
  readonly stream: number;
  readonly to: string;
  readonly packetsPerSecond: number;
  /** UDP payload. */
  readonly bytes: number;
  /** Source ports that packets are dealt to in turn, so that routers can spread them over equal paths. */
  readonly flows: number;
}
/** One line of standard input of `traffic.ts`. */
export type TrafficCommand = { readonly send: StreamOrder } | { readonly stop: number } | { readonly report: true };

/** Packets by stream and bin (time of sending / `BIN_MS`). */
export interface TrafficReport {
  readonly sent: Record<string, [bin: number, packets: number][]>;
  readonly received: Record<string, [bin: number, packets: number][]>;
  /** Packets that arrived and were dropped because this process did not read fast enough: no fault of the network. */
  readonly unread: number;
}

/** Width of the bins that packets are counted in, ms. */
export const BIN_MS = 100;
