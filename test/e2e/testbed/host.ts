import { createInterface } from 'node:readline';
import {
  BIN_MS,
  type StreamOrder,
  type TrafficCommand,
  type TrafficReport,
} from '../../../scripts/testbed/traffic-protocol.ts';
import { PACKAGE_ROOT } from '../../../src/core/paths.ts';
import { type Running, start } from '../../support/process.ts';

/** A host of the test bed that sends and counts packets. */
export class Host {
  readonly address: string;
  readonly #running: Running;
  readonly #lines: AsyncIterator<string>;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(address: string, running: Running, lines: AsyncIterator<string>) {
    this.address = address;
    this.#running = running;
    this.#lines = lines;
  }

  static async start(namespace: string, address: string): Promise<Host> {
    const args = ['netns', 'exec', namespace, process.execPath, '--import', 'tsx', 'scripts/testbed/traffic.ts'];
    const running = start('ip', args, { cwd: PACKAGE_ROOT });
    if (!running.child.stdout) throw new Error('a host without an output');
    const lines = createInterface({ input: running.child.stdout })[Symbol.asyncIterator]();
    const host = new Host(address, running, lines);
    await host.#answer();
    return host;
  }

  send(order: Omit<StreamOrder, 'to'>, to: Host): Promise<unknown> {
    return this.#ask({ send: { ...order, to: to.address } });
  }

  stop(stream: number): Promise<unknown> {
    return this.#ask({ stop: stream });
  }

  report(): Promise<TrafficReport> {
    return this.#ask({ report: true }) as Promise<TrafficReport>;
  }

  close(): void {
    this.#running.child.stdin?.end();
  }

  #ask(command: TrafficCommand): Promise<unknown> {
    const answer = this.#last.then(() => {
      this.#running.child.stdin?.write(`${JSON.stringify(command)}\n`);
      return this.#answer();
    });
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #answer(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`a host ended: ${this.#running.output()}`);
    return JSON.parse(value);
  }
}

/** What became of a stream's packets that were sent in `[fromMs, toMs)`, by the moment of sending. */
export interface Delivery {
  readonly sent: number;
  readonly lost: number;
  /** End of the last bin in which something was lost; null where nothing was. */
  readonly lastLossMs: number | null;
}

/** Younger packets may still be on their way. */
export const ON_THE_WAY_MS = 500;

/** Compares what one host sent with what another received. Times are this machine's, as the hosts' are. */
export async function delivery(from: Host, to: Host, stream: number, fromMs: number, toMs: number): Promise<Delivery> {
  const [sender, receiver] = await Promise.all([from.report(), to.report()]);
  if (receiver.unread > 0) throw new Error(`the receiving host was too slow for ${receiver.unread} packets`);
  const received = new Map(receiver.received[stream]);
  const bins = (sender.sent[stream] ?? []).filter(([bin]) => bin * BIN_MS >= fromMs && (bin + 1) * BIN_MS <= toMs);
  const lossy = bins.filter(([bin, packets]) => packets > (received.get(bin) ?? 0));
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const last = lossy.at(-1);
  return {
    sent: sum(bins.map(([, packets]) => packets)),
    lost: sum(lossy.map(([bin, packets]) => packets - (received.get(bin) ?? 0))),
    lastLossMs: last ? (last[0] + 1) * BIN_MS : null,
  };
}
