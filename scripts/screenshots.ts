/** Pictures of every screen for docs/, taken of the real service with the demo scenario: `npx tsx scripts/screenshots.ts [FOLDER]`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { PACKAGE_ROOT } from '../src/core/paths.ts';
import { menuAddresses } from './browser/addresses.ts';
import { launchChromium } from './browser/chromium.ts';
import { type Demo, startDemo } from './browser/demo.ts';
import { openLook, PHONE, type Scheme, WIDE } from './browser/looks.ts';
import { untilShown } from './browser/screen.ts';
import { smallPng } from './browser/small-png.ts';

/** History to draw, moments to replay. */
const AGE_MS = 60_000;

interface Shot {
  readonly name: string;
  readonly path: string;
  readonly scheme?: Scheme;
  readonly isPhone?: boolean;
}

type Cause = Awaited<ReturnType<Demo['firstProposal']>>;

/** Every address of the menu in dark, some in light and on a phone. */
function shotsOf(menu: readonly string[], { id, link: cause }: Cause): Shot[] {
  const link = `/links/${encodeURIComponent(cause)}?span=15m`;
  const proposal = `/reroutes/${id}`;
  return [
    { name: 'reroute', path: proposal },
    ...menu.map((path) => ({ name: path === '/' ? 'map' : path.slice(1), path })),
    { name: 'link', path: link },
    { name: 'guardrails', path: '/control?part=guardrails' },
    { name: 'audit', path: '/control?part=audit' },
    { name: 'map-light', path: '/', scheme: 'light' },
    { name: 'reroute-light', path: proposal, scheme: 'light' },
    { name: 'map-phone', path: '/', isPhone: true },
    { name: 'reroute-phone', path: proposal, isPhone: true },
    { name: 'links-phone-light', path: '/links', isPhone: true, scheme: 'light' },
  ];
}

async function take(browser: Browser, url: string, shot: Shot, folder: string): Promise<void> {
  const { name, path, scheme = 'dark', isPhone = false } = shot;
  const shape = isPhone ? { ...PHONE, deviceScaleFactor: 1.5 } : WIDE;
  const context = await openLook(browser, url, scheme, { ...shape, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(path);
  await untilShown(page);
  // Coastlines and charts come after the screen itself.
  await page.waitForLoadState('load');
  await pause(2_500);
  const picture = await page.screenshot();
  await context.close();
  const blank = await browser.newPage();
  // What compiles this names functions by a helper that pages do not have.
  await blank.evaluate('globalThis.__name = (named) => named');
  writeFileSync(join(folder, `${name}.png`), await smallPng(blank, picture));
  await blank.close();
  process.stdout.write(`${name}.png  ${path}\n`);
}

/** What a person does before somebody looks: the link is known, and work is planned. */
async function prepare(url: string, { link }: Cause): Promise<void> {
  const ask = (path: string, body: object) =>
    fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const hour = 3_600_000;
  const nowMs = Date.now();
  await ask(`/links/${encodeURIComponent(link)}/acknowledge`, { reason: 'carrier is splicing' });
  const windows = [
    { nodes: ['den-c1'], fromMs: nowMs + 2 * hour, toMs: nowMs + 5 * hour, reason: 'software upgrade' },
    { links: ['bos-d1--bos-c1'], fromMs: nowMs + 26 * hour, toMs: nowMs + 30 * hour, reason: 'amplifier swap' },
  ];
  for (const window of windows) await ask('/maintenance', window);
}

async function main(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const demo = await startDemo();
  const browser = await launchChromium();
  try {
    const begunMs = performance.now();
    const context = await browser.newContext({ baseURL: demo.url });
    const menu = await menuAddresses(await context.newPage());
    await context.close();
    const proposal = await demo.firstProposal();
    await prepare(demo.url, proposal);
    await pause(Math.max(0, AGE_MS - (performance.now() - begunMs)));
    for (const shot of shotsOf(menu, proposal)) await take(browser, demo.url, shot, folder);
  } finally {
    await browser.close();
    await demo.close();
  }
}

await main(process.argv[2] ?? join(PACKAGE_ROOT, 'docs', 'screens'));
