import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { ENDS } from '../../src/core/ids.ts';
import type { Measurement } from '../../src/telemetry/sample.ts';
import type { Network } from '../../topology/model.ts';

const CONNECTIONS = 2;
const RETRY_MS = 20;

export interface Sending {
  /** Samples offered per second; the sender falls behind when the service does. */
  readonly perSecond: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** Called before a round goes out: time stamp of its samples. */
  readonly onRound: (atMs: number) => void;
}

export interface SentSummary {
  sent: number;
  refused: number;
  elapsedMs: number;
}

/**
 * Sends rounds of one sample per interface over a few connections. Each interface stays with one connection and one
 * request at a time, so that its samples arrive in order.
 */
export class Sender {
  /** The newest sample of each interface, by `linkId end`. */
  readonly last = new Map<string, Measurement>();
  readonly #url: string;
  readonly #network: Network;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  #lastMs = 0;

  constructor(url: string, network: Network) {
    this.#url = url;
    this.#network = network;
  }

  async run(sending: Sending): Promise<SentSummary> {
    const interfaces = this.#network.links.length * ENDS.length;
    const roundMs = (1000 * interfaces) / sending.perSecond;
    const rounds = Math.ceil((sending.seconds * 1000) / roundMs);
    const summary = { sent: 0, refused: 0, elapsedMs: 0 };
    const startedMs = performance.now();
    for (let round = 0; round < rounds && !sending.signal.aborted; round += 1) {
      const dueMs = round * roundMs - (performance.now() - startedMs);
      if (dueMs > 1) await pause(dueMs);
      // The time stamps of one interface must grow, also when rounds are less than a millisecond apart.
      this.#lastMs = Math.max(Date.now(), this.#lastMs + 1);
      sending.onRound(this.#lastMs);
      await this.#sendRound(this.#lastMs, roundMs, round, summary);
    }
    summary.elapsedMs = performance.now() - startedMs;
    return summary;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #sendRound(atMs: number, intervalMs: number, round: number, summary: SentSummary): Promise<void> {
    const shards: Measurement[][] = Array.from({ length: CONNECTIONS }, () => []);
    for (const [index, link] of this.#network.links.entries()) {
      for (const end of ENDS) {
        const deviceId = end === 'a' ? link.a : link.z;
        const sample = benchMeasurement(link.id, end, deviceId, atMs, intervalMs, round);
        this.last.set(`${link.id} ${end}`, sample);
        shards[index % CONNECTIONS]?.push(sample);
      }
    }
    await Promise.all(
      shards.map(async (samples) => {
        summary.sent += samples.length;
        summary.refused += await this.#post(JSON.stringify({ samples }));
      }),
    );
  }

  /** Posts until the queue has room; answers how many samples were refused. */
  async #post(body: string): Promise<number> {
    for (;;) {
      const { status, text } = await this.#postOnce(body);
      if (status === 202) return (JSON.parse(text) as { refused: number }).refused;
      if (status !== 503) throw new Error(`the service answered ${status}: ${text.slice(0, 300)}`);
      await pause(RETRY_MS);
    }
  }

  #postOnce(body: string): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const outgoing = request(`${this.#url}/api/v1/samples`, { method: 'POST', agent: this.#agent, headers });
      outgoing.once('error', reject);
      outgoing.once('response', (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
        });
        answer.once('error', reject);
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      });
      outgoing.end(body);
    });
  }
}

function benchMeasurement(
  linkId: string,
  end: 'a' | 'z',
  deviceId: string,
  atMs: number,
  intervalMs: number,
  round: number,
): Measurement {
  const packets = 20_000 + (round % 100);
  return {
    linkId,
    end,
    deviceId,
    atMs,
    intervalMs,
    adminStatus: 'up',
    operStatus: 'up',
    inOctets: packets * 900,
    outOctets: packets * 900,
    inPackets: packets,
    outPackets: packets,
    inErrors: 0,
    outErrors: 0,
    inDiscards: 0,
    outDiscards: 0,
    inUnknownProtos: 0,
    latencyMs: 5,
  };
}
