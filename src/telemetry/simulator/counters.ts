import type { Network } from '../../../topology/model.ts';
import { ENDS, type End } from '../../core/ids.ts';
import type { Rng } from '../../core/rng.ts';
import type { CompiledGraph } from '../../twin/compiled.ts';
import type { Measurement } from '../sample.ts';
import { binomial, poisson } from './distributions.ts';
import type { Forwarded } from './forwarding.ts';
import type { LinkTable, PlantState } from './plant.ts';
import type { Scenario } from './scenario-schema.ts';

/** What happened on one arc during a step, in packets and octets. */
interface ArcCounts {
  /** Asked to be sent, and of these dropped because the arc was full. */
  readonly outPackets: number;
  readonly outDiscards: number;
  readonly outOctets: number;
  /** Arrived at the far end in order, and arrived broken; what is in neither has vanished. */
  readonly inPackets: number;
  readonly inErrors: number;
  readonly inOctets: number;
  /** One way; null where no probe gets through. */
  readonly latencyMs: number | null;
}

const SILENT: ArcCounts = {
  outPackets: 0,
  outDiscards: 0,
  outOctets: 0,
  inPackets: 0,
  inErrors: 0,
  inOctets: 0,
  latencyMs: null,
};

/** Probes never take more of an arc than this: on a slow one there are fewer. */
const PROBE_SHARE = 0.01;
/** A burst never fills more of the buffer than this. */
const BURST_SHARE = 0.05;

/** Turns loads into what interfaces would have counted, with the noise that counting packets has. */
export class InterfaceCounters {
  readonly #network: Network;
  readonly #graph: CompiledGraph;
  readonly #links: LinkTable;
  readonly #plant: Scenario['plant'];
  readonly #rng: Rng;
  readonly #all: readonly number[];
  /** Load of the probes on each arc, bit/s. */
  readonly probeBps: Float64Array;

  constructor(network: Network, graph: CompiledGraph, links: LinkTable, plant: Scenario['plant'], rng: Rng) {
    this.#network = network;
    this.#graph = graph;
    this.#links = links;
    this.#plant = plant;
    this.#rng = rng;
    this.#all = network.links.map((_link, index) => index);
    const wantedBps = plant.probePacketsPerSecond * plant.probePacketBytes * 8;
    this.probeBps = graph.capacityBps.map((bps) => Math.min(wantedBps, bps * PROBE_SHARE));
  }

  /** One measurement per interface for the `seconds` that ended at `atMs`; of these links (numbers) only, where named. */
  measure(
    forwarded: Forwarded,
    state: PlantState,
    seconds: number,
    atMs: number,
    links: readonly number[] = this.#all,
  ): Measurement[] {
    return links.flatMap((link) => {
      const up = state.linkUp[link] === 1;
      const pair = this.#links.arcs[link] as readonly [number, number];
      const [az, za] = pair.map((arc) => (up ? this.#arc(arc, forwarded, state, seconds) : SILENT));
      return ENDS.map((end) => {
        const [out, into] = end === 'a' ? [az, za] : [za, az];
        const isShut = state.shut[link] === 1;
        return this.#measurement(link, end, up, isShut, out as ArcCounts, into as ArcCounts, seconds, atMs);
      });
    });
  }

  #measurement(
    link: number,
    end: End,
    up: boolean,
    isShut: boolean,
    out: ArcCounts,
    into: ArcCounts,
    seconds: number,
    atMs: number,
  ): Measurement {
    const { id, a, z } = this.#network.links[link] as Network['links'][number];
    return {
      linkId: id,
      end,
      deviceId: end === 'a' ? a : z,
      atMs,
      intervalMs: seconds * 1000,
      adminStatus: isShut ? 'down' : 'up',
      operStatus: up ? 'up' : 'down',
      inOctets: into.inOctets,
      outOctets: out.outOctets,
      inPackets: into.inPackets,
      outPackets: out.outPackets,
      inErrors: into.inErrors,
      outErrors: 0,
      inDiscards: 0,
      outDiscards: out.outDiscards,
      inUnknownProtos: 0,
      latencyMs: out.latencyMs,
    };
  }

  #arc(arc: number, forwarded: Forwarded, state: PlantState, seconds: number): ArcCounts {
    const { packetBytes, probePacketBytes, visibleErrorShare } = this.#plant;
    const rng = this.#rng;
    const offeredBps = forwarded.offeredBps[arc] as number;
    const data = poisson(rng, (offeredBps * seconds) / 8 / packetBytes);
    const probes = Math.round(((this.probeBps[arc] as number) * seconds) / 8 / probePacketBytes);
    const outPackets = data + probes;
    const meanBytes = outPackets === 0 ? packetBytes : (data * packetBytes + probes * probePacketBytes) / outPackets;
    // Counting noise must not let an arc send more than fits.
    const fits = Math.floor(((this.#graph.capacityBps[arc] as number) * seconds) / 8 / meanBytes);
    const kept = (1 - (forwarded.dropRatio[arc] as number)) * (1 - (state.throttled[arc] as number));
    const drawn = binomial(rng, outPackets, 1 - kept);
    const outDiscards = Math.max(drawn, outPackets - fits);
    const sent = outPackets - outDiscards;
    const corrupted = binomial(rng, sent, state.corruption[arc] as number);
    const inErrors = state.isSilent[arc] === 1 ? 0 : binomial(rng, corrupted, visibleErrorShare);
    return {
      outPackets,
      outDiscards,
      outOctets: Math.round(sent * meanBytes),
      inPackets: sent - corrupted,
      inErrors,
      inOctets: Math.round((sent - corrupted + inErrors) * meanBytes),
      latencyMs: sent > corrupted ? this.#latency(arc, offeredBps) + (state.extraLatencyMs[arc] as number) : null,
    };
  }

  #latency(arc: number, offeredBps: number): number {
    const { jitterMs, packetBytes, burstPackets, bufferMs } = this.#plant;
    const capacityBps = this.#graph.capacityBps[arc] as number;
    const serviceMs = Math.min((burstPackets * packetBytes * 8 * 1000) / capacityBps, BURST_SHARE * bufferMs);
    const queueing = queueingMs((offeredBps + (this.probeBps[arc] as number)) / capacityBps, serviceMs, bufferMs);
    return (this.#graph.latencyMs[arc] as number) + queueing + jitterMs * Math.abs(this.#rng.normal());
  }
}

/**
 * Mean wait of an M/M/1 queue, rho / (1 - rho) times the service time, where the customers are whole bursts (traffic
 * comes in bursts, so single packets would wait far too little); at most a full buffer.
 */
export function queueingMs(utilisation: number, serviceMs: number, bufferMs: number): number {
  if (utilisation >= 1) return bufferMs;
  return Math.min(bufferMs, (serviceMs * utilisation) / (1 - utilisation));
}
