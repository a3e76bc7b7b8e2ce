/** Pictures of every screen for docs/, taken of the real service with the demo scenario: `npx tsx scripts/screenshots.ts [FOLDER]`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { PACKAGE_ROOT } from '../src/core/paths.ts';
import { startService } from './bench/service.ts';
import { launchChromium } from './browser/chromium.ts';
import { untilShown } from './browser/screen.ts';
import { smallPng } from './browser/small-png.ts';

const WIDE = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 1.5 };
const PROPOSAL_MS = 180_000;
/** History to draw, moments to replay. */
const AGE_MS = 60_000;

interface Shot {
  readonly name: string;
  readonly path: string;
  readonly scheme?: 'dark' | 'light';
  readonly isPhone?: boolean;
}

interface Brief {
  readonly id: string;
  readonly cause: { readonly links: readonly string[] };
}

/** Every address of the menu in dark, some in light and on a phone. */
function shotsOf(menu: readonly { readonly name: string; readonly path: string }[], { id, cause }: Brief): Shot[] {
  const link = `/links/${encodeURIComponent(cause.links[0] ?? '')}?span=15m`;
  const proposal = `/reroutes/${id}`;
  return [
    { name: 'reroute', path: proposal },
    ...menu,
    { name: 'link', path: link },
    { name: 'map-light', path: '/', scheme: 'light' },
    { name: 'reroute-light', path: proposal, scheme: 'light' },
    { name: 'map-phone', path: '/', isPhone: true },
    { name: 'reroute-phone', path: proposal, isPhone: true },
    { name: 'links-phone-light', path: '/links', isPhone: true, scheme: 'light' },
  ];
}

async function take(browser: Browser, url: string, shot: Shot, folder: string): Promise<void> {
  const { name, path, scheme = 'dark', isPhone = false } = shot;
  const context = await browser.newContext({
    ...(isPhone ? PHONE : WIDE),
    baseURL: url,
    reducedMotion: 'reduce',
    storageState: {
      cookies: [],
      origins: [{ origin: url, localStorage: [{ name: 'mantine-color-scheme-value', value: scheme }] }],
    },
  });
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

async function menuOf(page: Page): Promise<{ name: string; path: string }[]> {
  await page.goto('/');
  await untilShown(page);
  const anchors = page.getByRole('navigation', { name: 'Screens' }).locator('ul a');
  const paths = await anchors.evaluateAll((all) => all.map((each) => each.getAttribute('href') ?? '/'));
  return paths.map((path) => ({ name: path === '/' ? 'map' : path.slice(1), path }));
}

/** The first proposal that moves something. */
async function firstProposal(url: string): Promise<Brief> {
  const deadlineMs = performance.now() + PROPOSAL_MS;
  for (;;) {
    const answer = await fetch(`${url}/api/v1/reroutes?limit=100`);
    const { items } = (await answer.json()) as { items: (Brief & { moves: unknown[] })[] };
    const found = items.find(({ moves }) => moves.length > 0);
    if (found) return found;
    if (performance.now() > deadlineMs) throw new Error('the demo proposed nothing');
    await pause(500);
  }
}

async function main(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const dataDir = mkdtempSync(join(tmpdir(), 'detour-screens-'));
  const service = await startService(['--manual', '--data-dir', dataDir]);
  const browser = await launchChromium();
  try {
    const begunMs = performance.now();
    const context = await browser.newContext({ baseURL: service.url });
    const menu = await menuOf(await context.newPage());
    await context.close();
    const proposal = await firstProposal(service.url);
    await pause(Math.max(0, AGE_MS - (performance.now() - begunMs)));
    for (const shot of shotsOf(menu, proposal)) await take(browser, service.url, shot, folder);
  } finally {
    await browser.close();
    await service.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

await main(process.argv[2] ?? join(PACKAGE_ROOT, 'docs', 'screens'));
