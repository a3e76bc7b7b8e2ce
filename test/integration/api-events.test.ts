import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApiDeps } from '../../src/api/deps.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createMemoryStore } from '../../src/store/memory/store.ts';
import { connectRedis } from '../../src/store/redis/connection.ts';
import { createRedisStore } from '../../src/store/redis/store.ts';
import type { Store } from '../../src/store/store.ts';
import {
  createHarness,
  type Harness,
  linkEvent,
  linkState,
  plan,
  proposal,
  writePlan,
  writeStates,
} from '../api/harness.ts';
import { describeWithRedis, startTestRedis, type TestRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait.ts';

interface Frame {
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly data: unknown;
}

/** A client that keeps every frame it got. */
class StreamClient {
  readonly frames: Frame[] = [];
  readonly response: IncomingMessage;
  comments = 0;
  ended = false;
  readonly #request: ClientRequest;
  #rest = '';

  constructor(request: ClientRequest, response: IncomingMessage) {
    this.#request = request;
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.#take(text));
    response.on('close', () => {
      this.ended = true;
    });
    response.on('error', () => undefined);
  }

  static open(port: number, headers: Record<string, string> = {}, query = ''): Promise<StreamClient> {
    return new Promise((resolve, reject) => {
      const request = get(
        {
          host: '127.0.0.1',
          port,
          path: `/api/v1/events${query}`,
          headers: { accept: 'text/event-stream', ...headers },
          agent: false,
        },
        (response) => resolve(new StreamClient(request, response)),
      );
      request.on('error', reject);
    });
  }

  close(): void {
    this.#request.destroy();
  }

  #take(text: string): void {
    const parts = (this.#rest + text).split('\n\n');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) this.#takeFrame(part);
  }

  #takeFrame(part: string): void {
    if (part.startsWith(':')) this.comments += 1;
    const lines = new Map(
      part.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    );
    const data = lines.get('data');
    if (data !== undefined)
      this.frames.push({ event: lines.get('event'), id: lines.get('id'), data: JSON.parse(data) });
  }
}

const until = (condition: () => boolean, what: string) => waitFor(what, condition, { timeoutMs: 10_000, everyMs: 5 });

let harness: Harness;
let port: number;
const sockets: Socket[] = [];

async function listen(changes: Partial<ApiDeps> = {}): Promise<void> {
  harness = await createHarness(changes);
  await harness.app.listen({ host: '127.0.0.1', port: 0 });
  port = (harness.app.server.address() as AddressInfo).port;
}

const linksOf = (client: StreamClient) =>
  client.frames.filter(({ event }) => event === 'link-state').map(({ data }) => (data as { linkId: string }).linkId);

describe('event stream', () => {
  beforeEach(() => listen());

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await harness.app.close();
    await harness.store.close();
  });

  it('begins with a snapshot and goes on with changes', async () => {
    await writeStates(harness.store, [linkState('AB', 'unhealthy', 40)]);
    await writePlan(harness.store, plan('p1'), [proposal('r1'), proposal('r2', { status: 'expired', closedAtMs: 1 })]);
    await harness.store.events.append([linkEvent('AB')]);
    const client = await StreamClient.open(port);
    expect(client.response.headers['content-type']).toMatch(/^text\/event-stream/);
    expect(client.response.headers['x-content-type-options']).toBe('nosniff');
    await until(() => client.frames.length > 0, 'the snapshot');
    expect(client.frames[0]).toMatchObject({
      event: 'snapshot',
      id: await harness.store.events.lastId(),
      data: { plan: { id: 'p1' }, proposals: [{ id: 'r1' }], status: { links: { unhealthy: 1, stale: 5 } } },
    });
    expect((client.frames[0]?.data as { links: unknown[] } | undefined)?.links).toHaveLength(6);
    await harness.store.events.append([linkEvent('BC'), linkEvent('AD')]);
    await until(() => client.frames.length === 3, 'two changes');
    expect(linksOf(client)).toEqual(['BC', 'AD']);
    expect(client.frames[2]?.id).toBe(await harness.store.events.lastId());
    client.close();
  });

  it('goes on after Last-Event-ID without a snapshot, losing and repeating nothing', async () => {
    const first = await StreamClient.open(port);
    await until(() => first.frames.length === 1, 'the snapshot');
    await harness.store.events.append([linkEvent('AB'), linkEvent('BC')]);
    await until(() => first.frames.length === 3, 'two changes');
    const lastSeen = first.frames[1]?.id as string;
    first.close();
    await harness.store.events.append([linkEvent('AD')]);
    const second = await StreamClient.open(port, { 'last-event-id': lastSeen });
    await until(() => linksOf(second).length === 2, 'what was missed');
    await harness.store.events.append([linkEvent('DC')]);
    await until(() => linksOf(second).length === 3, 'the next change');
    expect(linksOf(second)).toEqual(['BC', 'AD', 'DC']);
    expect(second.frames.some(({ event }) => event === 'snapshot')).toBe(false);
    second.close();
  });

  it.each(['1-0', '99999999999999-0'])('sends a snapshot when what came after %s is not all there', async (id) => {
    await harness.store.events.append([linkEvent('AB')]);
    const client = await StreamClient.open(port, { 'last-event-id': id });
    await until(() => client.frames.length === 1, 'the snapshot');
    expect(client.frames[0]?.event).toBe('snapshot');
    client.close();
  });

  it('sends every client everything once, whenever it comes', async () => {
    let written = 0;
    const clients: StreamClient[] = [];
    for (let round = 0; round < 10; round += 1) {
      await harness.store.events.append([linkEvent(`L${written++}`), linkEvent(`L${written++}`)]);
      const [client] = await Promise.all([
        StreamClient.open(port),
        harness.store.events.append([linkEvent(`L${written++}`)]),
      ]);
      clients.push(client);
    }
    await harness.store.events.append([linkEvent('END')]);
    await until(() => clients.every((client) => linksOf(client).at(-1) === 'END'), 'the last event everywhere');
    const all = (await harness.store.events.latest(1000)).reverse().map(({ id }) => id);
    for (const client of clients) {
      const after = client.frames[0]?.id as string;
      const expected = after === '0' ? all : all.slice(all.indexOf(after) + 1);
      expect(client.frames.slice(1).map(({ id }) => id)).toEqual(expected);
      client.close();
    }
  });

  it('sends figures that changed, without ids, to those who ask for them and to nobody else', async () => {
    await writeStates(harness.store, [linkState('AB', 'healthy', 100), linkState('BC', 'healthy', 100)]);
    const [asking, other] = await Promise.all([StreamClient.open(port, {}, '?figures=true'), StreamClient.open(port)]);
    const figures = () => asking.frames.filter(({ event }) => event === 'links');
    const idsOf = (frame: Frame | undefined) =>
      ((frame?.data as { links: { id: string }[] } | undefined)?.links ?? []).map(({ id }) => id);
    await until(() => asking.frames.some(({ event }) => event === 'status'), 'the status');
    await writeStates(harness.store, [linkState('BC', 'unhealthy', 40)]);
    await until(() => figures().length === 1, 'the change');
    expect(idsOf(figures()[0])).toEqual(['BC']);
    expect(figures()[0]?.id).toBeUndefined();
    const change = (figures()[0]?.data as { links: Record<string, unknown>[] } | undefined)?.links[0];
    expect(change).toMatchObject({ state: 'unhealthy', score: 40, arcs: { az: { lossRatio: 0.05 } } });
    // Neither what is on file nor what is as it was.
    expect(Object.keys(change ?? {})).not.toContain('capacityBps');
    expect(Object.keys(change?.arcs as object)).toEqual(['az']);
    expect(other.frames.map(({ event }) => event)).toEqual(['snapshot']);
    asking.close();
    other.close();
  });

  it('sends all figures to one who goes on after Last-Event-ID', async () => {
    await harness.store.events.append([linkEvent('AB')]);
    const lastSeen = await harness.store.events.lastId();
    const client = await StreamClient.open(port, { 'last-event-id': lastSeen }, '?figures=true');
    await until(() => client.frames.some(({ event }) => event === 'links'), 'the figures');
    expect(client.frames.some(({ event }) => event === 'snapshot')).toBe(false);
    const all = client.frames.find(({ event }) => event === 'links')?.data as { links: unknown[] };
    expect(all.links).toHaveLength(6);
    client.close();
  });

  it('follows again after the last client has left', async () => {
    for (const linkId of ['AB', 'BC', 'AD']) {
      const client = await StreamClient.open(port);
      await until(() => client.frames.length === 1, 'the snapshot');
      await harness.store.events.append([linkEvent(linkId)]);
      await until(() => linksOf(client).length === 1, 'the change');
      expect(linksOf(client)).toEqual([linkId]);
      client.close();
    }
  });

  it('ends at once when the service stops with open clients', async () => {
    const clients = await Promise.all([StreamClient.open(port), StreamClient.open(port)]);
    await until(() => clients.every(({ frames }) => frames.length === 1), 'the snapshots');
    const closed = harness.app.close().then(() => 'closed');
    const late = new Promise((resolve) => setTimeout(resolve, 3000, 'late'));
    expect(await Promise.race([closed, late])).toBe('closed');
    await until(() => clients.every(({ ended }) => ended), 'the ends of the streams');
  });
});

describe('bounds of the event stream', () => {
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await harness.app.close();
    await harness.store.close();
  });

  it('does not repeat an event that came in while the snapshot was made', async () => {
    const store = createMemoryStore({ networkName: 'square', partitions: 1, clock: systemClock });
    let followed = 0;
    let asked = 0;
    const events: Store['events'] = {
      append: (added) => store.events.append(added),
      latest: (limit, beforeId) => store.events.latest(limit, beforeId),
      read: async (afterId, options) => {
        const page = await store.events.read(afterId, options);
        followed += page.length;
        return page;
      },
      // The first call places the follower, the second one the snapshot: by then the follower has seen the event.
      lastId: async () => {
        asked += 1;
        if (asked === 2) {
          await store.events.append([linkEvent('AB')]);
          await until(() => followed === 1, 'the follower');
        }
        return store.events.lastId();
      },
    };
    await listen({ store: { ...store, events } });
    const client = await StreamClient.open(port);
    await until(() => client.frames.length === 1, 'the snapshot');
    await store.events.append([linkEvent('BC')]);
    await until(() => linksOf(client).includes('BC'), 'the next change');
    expect(linksOf(client)).toEqual(['BC']);
    client.close();
  });

  it('sends comments to keep connections alive', async () => {
    await listen({ stream: { keepAliveMs: 20 } });
    const client = await StreamClient.open(port);
    await until(() => client.comments >= 3, 'three comments');
    client.close();
  });

  it('refuses more clients than there is room for, and takes one again when one leaves', async () => {
    await listen({ stream: { maxClients: 2 } });
    const clients = await Promise.all([StreamClient.open(port), StreamClient.open(port)]);
    const refused = await StreamClient.open(port);
    expect(refused.response.statusCode).toBe(429);
    clients[0]?.close();
    let again = refused;
    await until(() => clients[0]?.ended === true, 'the end of the first');
    for (let attempt = 0; attempt < 100 && again.response.statusCode !== 200; attempt += 1)
      again = await StreamClient.open(port);
    expect(again.response.statusCode).toBe(200);
    for (const client of [...clients, again]) client.close();
  });

  it('cuts a client that does not read, and serves the others on', async () => {
    await listen({ stream: { keepAliveMs: 20, stallMs: 100 } });
    const [slow, reader] = [silentReader(), await StreamClient.open(port)];
    await until(() => reader.frames.length === 1, 'the snapshot');
    await waitFor('two streams', async () => (await metric('detour_event_streams')) === 2, { timeoutMs: 5_000 });
    let sent = 0;
    // The kernel's buffers take some megabytes before anything waits for the one that does not read.
    while ((await metric('detour_event_streams')) === 2 && sent < 400) {
      await harness.store.events.append([linkEvent('AB', LARGE)]);
      sent += 1;
      await until(() => linksOf(reader).length === sent, 'the event at the reader');
    }
    expect(await metric('detour_event_streams')).toBe(1);
    expect(sent).toBeLessThan(400);
    expect(slow.destroyed).toBe(false);
    reader.close();
  });

  it('gives a client that reads too slowly a fresh snapshot in place of what it missed', async () => {
    await listen({ stream: { maxBufferedBytes: 256 * 1024 } });
    const slow = silentReader('?figures=true');
    const reader = await StreamClient.open(port);
    await until(() => reader.frames.length === 1, 'the snapshot');
    await waitFor('two streams', async () => (await metric('detour_event_streams')) === 2, { timeoutMs: 5_000 });
    const sent = 120;
    for (let count = 1; count <= sent; count += 1) {
      await harness.store.events.append([linkEvent(`E${count}`, LARGE)]);
      await until(() => linksOf(reader).length === count, 'the event at the reader');
    }
    await writeStates(harness.store, [linkState('BC', 'unhealthy', 40)]);
    await harness.store.events.append([linkEvent('BC')]);
    const lastId = await harness.store.events.lastId();
    let text = '';
    slow.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    slow.resume();
    const snapshots = () => [...text.matchAll(/id: (\S+)\nevent: snapshot\ndata: (.*)\n\n/g)];
    await until(() => snapshots().at(-1)?.[1] === lastId, 'a snapshot that has the last event in it');
    const { links } = JSON.parse(snapshots().at(-1)?.[2] ?? '{}') as { links: { id: string; state: string }[] };
    expect(links.find(({ id }) => id === 'BC')?.state).toBe('unhealthy');
    expect(text.split('event: link-state').length - 1).toBeLessThan(sent);
    // And goes on from there.
    await harness.store.events.append([linkEvent('AD')]);
    const next = await harness.store.events.lastId();
    await until(() => text.includes(`id: ${next}\nevent: link-state`), 'the next event');
    reader.close();
  });

  const LARGE = 'x'.repeat(100_000);

  /** Asks for the stream and does not read it. */
  function silentReader(query = ''): Socket {
    const slow = connect(port, '127.0.0.1');
    sockets.push(slow);
    slow.on('error', () => undefined);
    slow.write(`GET /api/v1/events${query} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n`);
    slow.pause();
    return slow;
  }

  async function metric(name: string): Promise<number> {
    const { body } = await harness.app.inject('/metrics');
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(body)?.[1]);
  }
});

describeWithRedis('event stream over Redis', () => {
  let redis: TestRedis;
  let connection: Redis;

  beforeAll(async () => {
    redis = await startTestRedis();
    connection = await connectRedis(redis.socketPath, { role: 'commands' });
  });

  afterAll(async () => {
    connection?.disconnect();
    await redis?.stop();
  });

  beforeEach(async () => {
    const options = { networkName: 'square', partitions: 2, connection, clock: systemClock };
    await listen({ store: await createRedisStore(options), clock: systemClock });
  });

  afterEach(async () => {
    await harness.app.close();
    await harness.store.close();
  });

  it('sends a snapshot, then changes, and goes on where a client was', async () => {
    await harness.store.events.append([linkEvent('AB')]);
    const first = await StreamClient.open(port);
    await until(() => first.frames.length === 1, 'the snapshot');
    await harness.store.events.append([linkEvent('BC'), linkEvent('AD')]);
    await until(() => linksOf(first).length === 2, 'two changes');
    first.close();
    await harness.store.events.append([linkEvent('DC')]);
    const second = await StreamClient.open(port, { 'last-event-id': first.frames[1]?.id as string });
    await until(() => linksOf(second).length === 2, 'what was missed');
    expect(second.frames.map(({ event }) => event)).toEqual(['link-state', 'link-state']);
    expect(linksOf(second)).toEqual(['AD', 'DC']);
    second.close();
  });

  it('ends while clients wait for changes', async () => {
    const client = await StreamClient.open(port);
    await until(() => client.frames.length === 1, 'the snapshot');
    const late = new Promise((resolve) => setTimeout(resolve, 3000, 'late'));
    expect(await Promise.race([harness.app.close().then(() => 'closed'), late])).toBe('closed');
    await until(() => client.ended, 'the end of the stream');
  });
});
