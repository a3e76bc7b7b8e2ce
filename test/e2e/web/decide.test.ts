import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { untilShown } from '../../../scripts/browser/screen.ts';
import type { NetworkView, Status } from '../../../src/api/schemas/screen.ts';
import { DARK } from '../../../src/web/theme/tokens.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { waitFor } from '../../support/wait.ts';
import { type Service, startService } from '../service.ts';
import { hasChromium, IN_BROWSER, openBrowser, openPage, visit } from './browser.ts';
import { addressOver, pointAt, pointsOfBand } from './map-place.ts';

/** The demo breaks its first link 12 s after the start and mends it two minutes later. */
const FIRST_FAULT_MS = 120_000;

interface Stage {
  readonly service: Service;
  readonly page: Page;
  readonly complaints: readonly string[];
}

async function stage(): Promise<Stage> {
  const service = await startService({ dataDir: tempDir('web-decide'), args: ['--manual'] });
  await service.answers(60_000);
  const { page, complaints } = await openPage(await openBrowser(), `http://127.0.0.1:${service.port}`);
  page.setDefaultTimeout(60_000);
  return { service, page, complaints };
}

/** The link that the map's own list names first. */
async function brokenLink(page: Page): Promise<string> {
  const first = page.getByRole('region', { name: 'Links that are not healthy' }).getByRole('listitem').first();
  await first.waitFor({ state: 'attached', timeout: FIRST_FAULT_MS });
  const href = await first.getByRole('link').getAttribute('href');
  return decodeURIComponent(href?.split('/').at(-1) ?? '');
}

/** Applied, by the word of the service: its traffic moved and less of it is lost. */
async function expectApplied({ service }: Stage, id: string, lostBefore: number): Promise<void> {
  const proposal = (await service.reroutes()).find((each) => each.id === id);
  expect(proposal?.status).toMatch(/^(applied|verified)$/);
  expect(proposal?.moves.length).toBeGreaterThan(0);
  const lost = async () => (await service.get<Status>('/api/v1/status')).lostBps ?? Number.POSITIVE_INFINITY;
  await waitFor('the loss to fall', async () => (await lost()) < lostBefore / 2, { timeoutMs: 60_000, everyMs: 250 });
}

/** The proposal's panel once everything of it is in the network; verified or not yet. */
const inForce = (page: Page) =>
  page.locator('[data-testid="proposal"]:is([data-status="applied"], [data-status="verified"])');

/** What is lost before anybody decides: the fault costs something, as soon as it has been measured. */
const lossOfFault = (service: Service): Promise<number> =>
  waitFor('a measured loss', async () => (await service.get<Status>('/api/v1/status')).lostBps || null, {
    timeoutMs: 30_000,
    everyMs: 250,
  });

describe.skipIf(!hasChromium)(`a decision ${IN_BROWSER}`, () => {
  it('with the pointer: a link goes bad on the map, its proposal is read, compared, applied, and helps', async () => {
    const at = await stage();
    const { service, page, complaints } = at;
    await visit(page, '/');
    const link = await brokenLink(page);

    await chooseOnMap(page, service, link);
    await page.getByRole('link', { name: 'Open the link' }).click();
    await page.waitForURL(`**/links/${link}`);
    await page.getByRole('heading', { name: link }).waitFor();

    await page
      .getByRole('navigation', { name: 'Screens' })
      .getByRole('link', { name: /^Reroutes/ })
      .click();
    const waiting = page.getByRole('region', { name: 'Waiting for a decision' });
    await waiting.getByTestId('reroute-row').first().click();
    const id = await readProposal(page, 'proposed');
    await expectCompared(page);

    const lost = await lossOfFault(service);
    await page.getByTestId('apply').click();
    await inForce(page).waitFor();
    expect(await page.getByTestId('apply').count()).toBe(0);
    await expectApplied(at, id, lost);

    await page.getByRole('link', { name: 'All reroutes' }).click();
    await page.getByRole('region', { name: 'In force' }).getByTestId('reroute-row').first().waitFor();
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Events' }).click();
    await page.locator('[data-testid="event-row"][data-type="proposal-applied"]').first().waitFor();

    await visit(page, `/reroutes/${id}`);
    await page.getByTestId('rollback').click();
    await page.getByLabel('Reason').fill('works are over');
    await page.getByTestId('rollback-now').click();
    const back = page.locator('[data-testid="proposal"][data-status="rolled-back"]');
    await back.getByText(/works are over/i).waitFor();
    expect(await service.reroutes()).not.toContainEqual(expect.objectContaining({ id }));
    expect(complaints).toEqual([]);
  });

  it('by keyboard alone: the map is walked, the proposal found, opened and applied', async () => {
    const at = await stage();
    const { service, page, complaints } = at;
    await visit(page, '/');
    const link = await brokenLink(page);

    await tabTo(page, '[aria-label="Network map"]');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press(']');
    await page.getByTestId('selection').waitFor();
    const walked = new URL(page.url()).searchParams.get('link') ?? '';
    expect((await service.links()).map(({ id }) => id)).toContain(walked);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/links/${walked}`);
    await page.goBack();
    await untilShown(page);

    await tabTo(page, `a[href="/links/${link}"]`);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: link }).waitFor();

    await page.keyboard.press('r');
    await page.waitForURL('**/reroutes');
    await page.getByTestId('reroute-row').first().waitFor({ timeout: FIRST_FAULT_MS });
    await tabTo(page, '[data-testid="reroute-row"]');
    await page.keyboard.press('Enter');
    const id = await readProposal(page, 'proposed');
    const lost = await lossOfFault(service);
    await tabTo(page, '[data-testid="apply"]');
    await page.keyboard.press('Enter');
    await inForce(page).waitFor();
    await expectApplied(at, id, lost);
    expect(complaints).toEqual([]);
  });
});

/** The link under the pointer is the one that is broken, and choosing it stands in the address. */
async function chooseOnMap(page: Page, service: Service, link: string): Promise<void> {
  const network = await service.get<NetworkView>('/api/v1/network');
  await visit(page, addressOver(network, link));
  expect(await pointAt(page, link)).toMatch(/degraded|unhealthy|down/);
  await page.mouse.down();
  await page.mouse.up();
  const panel = page.getByTestId('selection');
  await panel
    .getByText(/degraded|unhealthy|down/)
    .first()
    .waitFor();
  expect(new URL(page.url()).searchParams.get('link')).toBe(link);
  const before = page.url();
  await page.reload();
  await untilShown(page);
  await panel.getByText(link).first().waitFor();
  expect(page.url()).toBe(before);
}

/** The proposal's panel says what to do, why and at what price; gives its id. */
async function readProposal(page: Page, status: string): Promise<string> {
  const panel = page.locator(`[data-testid="proposal"][data-status="${status}"]`);
  await panel.waitFor();
  expect(await panel.getByRole('heading', { level: 2 }).innerText()).toMatch(/^Move .*b\/s off /);
  expect(await panel.getByTestId('figures').getByRole('definition').count()).toBe(4);
  expect(await panel.getByRole('region', { name: 'Moves' }).getByRole('listitem').count()).toBeGreaterThan(0);
  expect(await panel.getByRole('region', { name: 'Why this and not another' }).innerText()).toMatch(/Binding link/);
  await panel.getByTestId('certificate').waitFor();
  return decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? '');
}

/** Both ways are drawn on the map, others for another move, and the address says which move is shown. */
async function expectCompared(page: Page): Promise<void> {
  const drawn = async () => (await pointsOfBand(page, DARK.down)) > 50 && (await pointsOfBand(page, DARK.accent)) > 50;
  await waitFor('both ways on the map', drawn, { timeoutMs: 20_000 });
  const moves = page.getByRole('region', { name: 'Moves' }).getByRole('button');
  expect(await moves.count()).toBeGreaterThan(1);
  const before = await pointsOfBand(page, DARK.accent);
  await moves.nth(1).click();
  await page.waitForURL(/[?&]move=/);
  await waitFor('another way', async () => (await pointsOfBand(page, DARK.accent)) !== before, { timeoutMs: 20_000 });
  await page.reload();
  await untilShown(page);
  await waitFor('the same move again', async () => (await moves.nth(1).getAttribute('aria-pressed')) === 'true', {
    timeoutMs: 20_000,
  });
}

/** Presses Tab until the focus is on the first of these. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 400; presses += 1) {
    await page.keyboard.press('Tab');
    const isThere = await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);
    if (isThere) return;
  }
  throw new Error(`the Tab key never came to ${selector}`);
}
