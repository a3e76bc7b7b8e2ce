import { createSocket, type Socket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';

import { BIN_MS, type StreamOrder, type TrafficCommand, type TrafficReport } from './traffic-protocol.ts';

/**
 * Traffic of one host of the test bed: sends numbered streams of UDP packets at a steady rate, and counts what arrives
 * of other hosts' streams.
 *
 *   ip netns exec <host> node --import tsx scripts/testbed/traffic.ts
 *
 * Prints `{"ready":true}`, obeys lines of JSON on standard input (`TrafficCommand`), answers each with one line, and
 * ends with its input. Every packet carries when it was sent, so both ends count by the moment of sending, in bins of
 * `BIN_MS`: what is missing in a bin at the far end was lost, and when.
 */
const PORT = 9000;
const HEADER_BYTES = 12;
/** Twenty minutes. */
const MAX_BINS = 12_000;
/** Timers are no finer than a millisecond; what is due by then is sent at once. */
const TICK_MS = 2;
/**
 * What a process that was kept waiting makes up for at once; the rest is not sent at all. More in one go would overflow
 * the queue of the first link, which no steady stream of this rate does.
 */
const MAKE_UP_MS = 20;
const RECEIVE_BUFFER_BYTES = 4 << 20;

class Bins {
  readonly #byStream = new Map<number, Map<number, number>>();

  count(stream: number, sentAtMs: number): void {
    const bins = this.#byStream.get(stream) ?? new Map<number, number>();
    this.#byStream.set(stream, bins);
    const bin = Math.floor(sentAtMs / BIN_MS);
    bins.set(bin, (bins.get(bin) ?? 0) + 1);
    const oldest = bins.size > MAX_BINS ? bins.keys().next().value : undefined;
    if (oldest !== undefined) bins.delete(oldest);
  }

  list(): Record<string, [number, number][]> {
    return Object.fromEntries([...this.#byStream].map(([stream, bins]) => [stream, [...bins]]));
  }
}

const sent = new Bins();
const received = new Bins();

/** One stream: the packets that are due since it began, as far as the timer is not too late for them. */
class Stream {
  readonly #order: StreamOrder;
  readonly #sockets: Socket[] = [];
  readonly #packet: Buffer;
  #timer: NodeJS.Timeout | null = null;
  #count = 0;

  constructor(order: StreamOrder) {
    this.#order = order;
    this.#packet = Buffer.alloc(Math.max(HEADER_BYTES, order.bytes));
    this.#packet.writeUInt32BE(order.stream, 0);
  }

  async start(): Promise<void> {
    for (let flow = 0; flow < this.#order.flows; flow += 1) {
      const socket = createSocket('udp4');
      // Refusals (no route while a router restarts) are losses, which the far end shows.
      socket.on('error', () => undefined);
      await new Promise<void>((resolve) => socket.connect(PORT, this.#order.to, () => resolve()));
      this.#sockets.push(socket);
    }
    const beganMs = performance.now();
    const most = Math.ceil((MAKE_UP_MS * this.#order.packetsPerSecond) / 1000);
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - beganMs) * this.#order.packetsPerSecond) / 1000);
      this.#count = Math.max(this.#count, due - most);
      while (this.#count < due) this.#send();
    }, TICK_MS);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    for (const socket of this.#sockets) socket.close();
  }

  #send(): void {
    const atMs = Date.now();
    const packet = Buffer.from(this.#packet);
    packet.writeDoubleBE(atMs, 4);
    this.#sockets[this.#count % this.#sockets.length]?.send(packet, () => undefined);
    sent.count(this.#order.stream, atMs);
    this.#count += 1;
  }
}

/** `RcvbufErrors` of this namespace (/proc/net/snmp): a line of names, and one of values. */
function unread(): number {
  const [names = [], values = []] = readFileSync('/proc/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Udp:'))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf('RcvbufErrors')] ?? 0);
}

function listen(): void {
  const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
  socket.on('message', (packet) => {
    if (packet.length >= HEADER_BYTES) received.count(packet.readUInt32BE(0), packet.readDoubleBE(4));
  });
  socket.bind(PORT, () => console.log(JSON.stringify({ ready: true })));
}

const streams = new Map<number, Stream>();

async function obey(command: TrafficCommand): Promise<unknown> {
  if ('send' in command) {
    const stream = new Stream(command.send);
    streams.set(command.send.stream, stream);
    await stream.start();
    return { sending: command.send.stream };
  }
  if ('stop' in command) {
    streams.get(command.stop)?.stop();
    streams.delete(command.stop);
    return { stopped: command.stop };
  }
  const report: TrafficReport = { sent: sent.list(), received: received.list(), unread: unread() };
  return report;
}

async function main(): Promise<void> {
  // What this process is late with looks like loss or jitter of the network.
  setPriority(-15);
  listen();
  for await (const line of createInterface({ input: process.stdin }))
    console.log(JSON.stringify(await obey(JSON.parse(line) as TrafficCommand)));
  process.exit(0);
}

await main();
