import { connect, createServer, type Socket } from 'node:net';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { descendants, kill } from '../../support/process.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { waitFor } from '../../support/wait.ts';
import { freePort, redisOf, type Service, startService } from '../service.ts';
import { hasChromium, IN_BROWSER, openBrowser, openPage, visit } from './browser.ts';

const phase = (page: Page, wanted: string) => page.locator(`[data-testid="live"][data-phase="${wanted}"]`);

/** The process and its Redis gone at once, as by a failing machine. */
async function killAll(service: Service): Promise<void> {
  for (const { pid } of descendants(service.running.pid)) kill(pid);
  kill(service.running.pid);
  await service.running.ended;
  await waitFor('Redis to go', () => redisOf(service.dataDir).length === 0, { timeoutMs: 20_000 });
}

/** A way to the service that can fall silent without closing anything, as a dead network does. */
async function startWire(port: number): Promise<{ readonly port: number; silence(isSilent: boolean): void }> {
  const sockets = new Set<Socket>();
  let isSilent = false;
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => !isSilent && to.write(chunk));
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  const own = await freePort();
  await new Promise<void>((resolve) => server.listen(own, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: own,
    silence: (wanted) => {
      isSilent = wanted;
      // What was said meanwhile is lost for good: what is open now cannot go on.
      if (!wanted) for (const socket of sockets) socket.destroy();
    },
  };
}

describe.skipIf(!hasChromium)(`a lost connection ${IN_BROWSER}`, () => {
  it('is shown and heals without losing what the person did, when the service is killed and started again', async () => {
    const dataDir = tempDir('web-connection');
    const service = await startService({ dataDir, args: ['--scenario', 'calm'] });
    await service.answers(60_000);
    const { page } = await openPage(await openBrowser(), `http://127.0.0.1:${service.port}`);
    page.setDefaultTimeout(60_000);
    await visit(page, '/links?sort=-az');
    await page.getByRole('textbox', { name: 'Filter links by text' }).fill('nyc');
    const count = await page.getByTestId('links-count').innerText();
    expect(count).toMatch(/^\d+ of \d+ links$/);
    const url = page.url();
    await page.evaluate(() => Object.assign(window, { sameDocument: true }));

    await killAll(service);
    await phase(page, 'lost').waitFor();
    expect(await phase(page, 'lost').innerText()).toMatch(/^connection lost/);
    expect(await page.getByTestId('link-row').count()).toBeGreaterThan(0);

    const again = await startService({ dataDir, args: ['--scenario', 'calm'], port: service.port });
    await again.answers(60_000);
    await phase(page, 'live').waitFor();
    expect(page.url()).toBe(url);
    expect(await page.getByRole('textbox', { name: 'Filter links by text' }).inputValue()).toBe('nyc');
    expect(await page.getByTestId('links-count').innerText()).toBe(count);
    expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
    await expectFreshFigures(page);
  });

  it('is noticed when it only falls silent, and heals when it speaks again', async () => {
    const service = await startService({ dataDir: tempDir('web-silence'), args: ['--scenario', 'calm'] });
    await service.answers(60_000);
    const wire = await startWire(service.port);
    const { page } = await openPage(await openBrowser(), `http://127.0.0.1:${wire.port}`);
    page.setDefaultTimeout(90_000);
    await visit(page, '/');
    wire.silence(true);
    await phase(page, 'lost').waitFor();
    wire.silence(false);
    await phase(page, 'live').waitFor();
    await visit(page, '/links');
    await expectFreshFigures(page);
  });
});

/** Utilisations on screen change again: the stream goes on, not only the connection (ages would change anyway). */
async function expectFreshFigures(page: Page): Promise<void> {
  const cells = page.getByTestId('link-row').locator('td:nth-child(4), td:nth-child(5)');
  const figures = async () => (await cells.allInnerTexts()).join(' ');
  // A service that has just started has no figures of a minute yet.
  const before = await waitFor(
    'figures',
    async () => {
      const now = await figures();
      return now.includes('%') ? now : undefined;
    },
    { timeoutMs: 60_000, everyMs: 250 },
  );
  await waitFor('new figures', async () => (await figures()) !== before, { timeoutMs: 60_000, everyMs: 250 });
}
