import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { systemClock } from '../../../src/core/clock.ts';
import type { LinkState } from '../../../src/health/link-state.ts';
import { startPrivateRedis } from '../../../src/redis-server/start.ts';
import type { NewEvent } from '../../../src/store/events.ts';
import { connectRedis } from '../../../src/store/redis/connection.ts';
import { createRedisStore } from '../../../src/store/redis/store.ts';
import { networkToJson } from '../../../topology/formats/detour-network.ts';
import type { Network } from '../../../topology/model.ts';
import { launchChromium } from '../../browser/chromium.ts';
import { startService } from '../service.ts';
import { linkState, randomUse } from './states.ts';

const PARTITIONS = 8;
/** Nobody scores here: the bench writes what a scorer would. */
const FENCE = 1;

/** The real service with nothing but its API, states that the bench writes into its Redis, and a browser. */
export interface WebBed {
  readonly url: string;
  readonly network: Network;
  readonly browser: Browser;
  /** A page with an empty cache at this address of the service. */
  open(path: string): Promise<Page>;
  write(states: readonly LinkState[], events?: readonly NewEvent[]): Promise<void>;
  close(): Promise<void>;
}

/** Every link of the network is healthy with some load. `close` ends everything. */
export async function startWebBed(network: Network): Promise<WebBed> {
  const folder = mkdtempSync(join(tmpdir(), 'detour-bench-web-'));
  const cleanUps: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  };
  try {
    const file = join(folder, 'network.json');
    writeFileSync(file, JSON.stringify(networkToJson(network)));
    const redis = await startPrivateRedis({ dataDir: folder, bin: null });
    cleanUps.push(() => redis.stop());
    const args = ['--roles', 'api', '--network', file, '--data-dir', folder];
    const service = await startService([...args, '--redis-url', `unix://${redis.socketPath}`]);
    cleanUps.push(() => service.stop());
    const connection = await connectRedis(redis.socketPath, { role: 'commands' });
    cleanUps.push(() => connection.disconnect());
    const names = { networkName: network.name, partitions: PARTITIONS };
    const store = await createRedisStore({ ...names, connection, clock: systemClock });
    cleanUps.push(() => store.close());
    const write: WebBed['write'] = async (states, events = []) => {
      const done = { partition: 0, fence: FENCE, lastId: null, memories: [], applied: 0, refused: 0 };
      const answer = await store.scoring.commit({ ...done, states, events });
      if (answer !== 'committed') throw new Error(`the store answered ${answer}`);
    };
    await write(network.links.map((link) => linkState(link, randomUse(), 'healthy', Date.now())));
    const browser = await launchChromium();
    cleanUps.push(() => browser.close());
    const open = (path: string) => openPage(browser, service.url + path);
    return { url: service.url, network, browser, open, write, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openPage(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  // What compiles the benches names functions by a helper that pages do not have.
  await context.addInitScript({ content: 'globalThis.__name = (named) => named;' });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}
