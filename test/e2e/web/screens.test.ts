import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everyAddress } from '../../../scripts/browser/addresses.ts';
import { launchChromium } from '../../../scripts/browser/chromium.ts';
import { PHONE, WIDE } from '../../../scripts/browser/looks.ts';
import { untilShown } from '../../../scripts/browser/screen.ts';
import type { Event, LinkView, NetworkView, PredictionView, Status } from '../../../src/api/schemas/screen.ts';
import type { Proposal } from '../../../src/reroute/proposal.ts';
import { waitFor } from '../../support/wait.ts';
import { type Service, startService } from '../service.ts';
import { hasChromium, IN_BROWSER, openPage, type PageOptions, visit } from './browser.ts';
import { findingsOn } from './findings.ts';
import { addressOver, pointAt } from './map-place.ts';

const LOOKS: Readonly<Record<string, PageOptions>> = {
  'wide dark': { ...WIDE, scheme: 'dark' },
  'wide light': { ...WIDE, scheme: 'light' },
  'phone dark': { ...PHONE, scheme: 'dark' },
  'phone light': { ...PHONE, scheme: 'light' },
};
/** What the service does not know is asked for once and answered with 404, which browsers log. */
const UNKNOWN = 'r-0123456789ab';
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

/** One service with the demo's first fault and one browser, for everything in this file. */
interface Stage {
  readonly service: Service;
  readonly browser: Browser;
  readonly origin: string;
  readonly page: Page;
  readonly complaints: readonly string[];
  /** The link that is not well, and its proposal. */
  readonly link: string;
  readonly proposal: string;
}

describe.skipIf(!hasChromium)(`every screen ${IN_BROWSER}`, () => {
  const ends: (() => Promise<unknown>)[] = [];
  let at: Stage;

  beforeAll(async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'detour-web-screens-'));
    ends.push(async () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
    const service = await startService({ dataDir, args: ['--manual'], cleanUp: (end) => ends.push(end) });
    await service.answers(60_000);
    const proposal = await waitFor('a proposal', () => waiting(service), { timeoutMs: 150_000, everyMs: 500 });
    const browser = await launchChromium();
    ends.push(() => browser.close());
    const origin = `http://127.0.0.1:${service.port}`;
    const { page, complaints } = await openPage(browser, origin);
    page.setDefaultTimeout(60_000);
    const link = proposal.cause.links[0] ?? '';
    at = { service, browser, origin, page, complaints, link, proposal: proposal.id };
  }, 300_000);

  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  it('a link that is not well is acknowledged with a reason, which list and service know, and that is withdrawn', async () => {
    const { page, service } = at;
    const isBad = async () => {
      const { items } = await service.get<{ items: LinkView[] }>('/api/v1/links?state=degraded,unhealthy,down');
      return items.find(({ adminDown }) => !adminDown)?.id;
    };
    const link = await waitFor('a link that is not well', isBad, { timeoutMs: 200_000, everyMs: 500 });
    const known = async () => (await service.get<LinkView>(`/api/v1/links/${link}`)).acknowledged;
    await visit(page, `/links/${link}`);
    await decide(page, 'acknowledge', 'splicing tonight');
    await page
      .getByTestId('acknowledged')
      .getByText(/splicing tonight/)
      .waitFor();
    expect(await known()).toMatchObject({ by: 'local', reason: 'splicing tonight' });
    // By the menu, which is quick: it ends by itself when the link is well or gets worse.
    const menu = page.getByRole('navigation', { name: 'Screens' });
    await menu.getByRole('link', { name: 'Map', exact: true }).click();
    await page.getByTestId('map-legend').getByText('acknowledged').waitFor();
    await menu.getByRole('link', { name: 'Links', exact: true }).click();
    await page.getByRole('button', { name: 'acknowledged', exact: true }).click();
    await page.waitForURL(/[?&]ack=yes/);
    await page.getByTestId('link-row').getByRole('link', { name: link, exact: true }).click();
    await decide(page, 'unacknowledge', 'it was another one');
    await page.getByTestId('acknowledge').waitFor();
    expect(await known()).toBeNull();
  });

  it('a proposal: what would be sent is shown, and it is dismissed with a reason', async () => {
    const { page, service } = at;
    // The fault may have ended meanwhile; the demo has more of them.
    const id = await waitFor('a proposal that waits', async () => (await waiting(service))?.id, {
      timeoutMs: 200_000,
      everyMs: 500,
    });
    await visit(page, `/reroutes/${id}`);
    await page.getByTestId('preview').click();
    await page.getByTestId('commands').getByRole('listitem').first().waitFor();
    await decide(page, 'dismiss', 'works are planned there');
    const closed = page.locator('[data-testid="proposal"][data-status="dismissed"]');
    await closed.getByText(/works are planned there/i).waitFor();
    expect(await closed.getByTestId('dismiss').count()).toBe(0);
    const proposal = await service.get<Proposal>(`/api/v1/reroutes/${id}`);
    expect(proposal).toMatchObject({ status: 'dismissed', closedReason: expect.stringContaining('works are planned') });
  });

  it('the map: finds by name, hides what is not bad enough, fills a wall, and is saved as SVG and PNG', async () => {
    const { page, link } = at;
    await visit(page, '/');
    await page.getByLabel('Find a node or a link').first().fill(link);
    await page.getByRole('option', { name: link, exact: true }).click();
    await page.waitForURL(/[?&]link=/);
    await page.getByTestId('selection').getByText(link).first().waitFor();
    await choose(page, 'Least severity', 'Unhealthy or worse');
    await page.waitForURL(/[?&]min=unhealthy/);

    const svg = await saved(page, 'SVG');
    expect(svg.name).toMatch(/\.svg$/);
    expect(svg.content.toString()).toMatch(/^<svg[\s\S]*New York[\s\S]*<\/svg>\s*$/);
    const png = await saved(page, 'PNG');
    expect(png.name).toMatch(/\.png$/);
    expect(png.content.subarray(0, 4)).toEqual(PNG);

    const menu = page.getByRole('navigation', { name: 'Screens' });
    await page.getByRole('button', { name: 'Wall screen', exact: true }).click();
    await menu.waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.get('wall')).toBe('1');
    await page.getByRole('button', { name: 'Leave the wall screen' }).click();
    await menu.waitFor();
  });

  it('links: filtered and sorted in the address, and saved as CSV', async () => {
    const { page } = at;
    await visit(page, '/links');
    await page.getByRole('textbox', { name: 'Filter links by text' }).fill('nyc');
    await page.waitForURL(/[?&]q=nyc/);
    const counted = /^(\d+) of 160 links$/.exec(await page.getByTestId('links-count').innerText());
    expect(counted).not.toBeNull();
    const csv = await download(page, () => page.getByRole('button', { name: 'CSV' }).click());
    const lines = csv.content.toString().trim().split(/\r?\n/);
    expect(lines).toHaveLength(Number(counted?.[1]) + 1);
    expect(lines.slice(1).every((line) => line.includes('nyc'))).toBe(true);

    await page.getByRole('button', { name: 'Clear' }).click();
    const scores = async () =>
      (await page.getByTestId('link-row').locator('td:nth-child(3)').allInnerTexts()).map(Number);
    await waitFor('the worst first', async () => ((await scores())[0] ?? 100) < 100, { timeoutMs: 20_000 });
    await page.getByTestId('links-table').getByRole('button', { name: 'Score' }).click();
    await page.waitForURL(/[?&]sort=-score/);
    await waitFor('the best first', async () => (await scores())[0] === 100, { timeoutMs: 20_000 });
    const address = page.url();
    await page.reload();
    await untilShown(page);
    expect(page.url()).toBe(address);
    await waitFor('the best first again', async () => (await scores())[0] === 100, { timeoutMs: 20_000 });
  });

  it('a link: what it did on charts, what is expected, and whose traffic it carries', async () => {
    const { page, link } = at;
    await visit(page, `/links/${link}`);
    await page.getByRole('heading', { name: link }).waitFor();
    for (const chart of ['utilisation', 'latency', 'score']) {
      await page.getByTestId(`chart-${chart}`).locator('canvas').waitFor();
    }
    await page.getByText('15m', { exact: true }).click();
    await page.waitForURL(/[?&]span=15m/);
    const expected = page.getByTestId('link-risk');
    await waitFor('what is said of its risk', async () => /rated|within/i.test(await expected.innerText()), {
      timeoutMs: 20_000,
    });
    await page.getByRole('heading', { name: /^Carries \d+ demand/ }).waitFor();
  });

  it('risk: what the service predicts, or why it predicts nothing', async () => {
    const { page, service } = at;
    await visit(page, '/risk');
    const shown = page.getByRole('region', { name: 'Links by risk' });
    const sameFirst = async (): Promise<boolean> => {
      const { items } = await service.get<{ items: PredictionView[] }>('/api/v1/predictions?limit=1');
      const [first] = items;
      const wanted = first?.probability == null ? first?.unknown : first.linkId;
      return (await shown.innerText()).includes(wanted ?? 'something is predicted');
    };
    // Predictions are made anew every minute.
    await waitFor('the likeliest link, or the reason', sameFirst, { timeoutMs: 60_000, everyMs: 500 });
    await page.getByRole('complementary', { name: 'How good predictions were' }).getByRole('heading').first().waitFor();
  });

  it('what if: a link fails under the pointer, loads and plan follow, and the address has it', async () => {
    const { page, service } = at;
    const network = await service.get<NetworkView>('/api/v1/network');
    const link = network.links.find(({ id }) => id !== at.link)?.id ?? '';
    await visit(page, addressOver(network, link).replace('/?', '/what-if?'));
    await pointAt(page, link);
    await page.mouse.down();
    await page.mouse.up();
    await page.waitForURL(/[?&]fail=/);
    expect(new URL(page.url()).searchParams.get('fail')).toBe(link);
    const changes = page.getByRole('list', { name: 'Changes' });
    await changes.getByText(link).waitFor();
    const answer = page.getByTestId('what-if-answer');
    await answer.and(page.locator('[aria-busy="false"]')).waitFor();
    expect(await answer.getByRole('table').getByRole('row').count()).toBe(4);
    await page.reload();
    await untilShown(page);
    await changes.getByText(link).waitFor();
    await page.getByRole('button', { name: 'As it is now' }).click();
    await changes.getByText(link).waitFor({ state: 'detached' });
  });

  it('replay: the last moments by key, and the same plan made again', async () => {
    const { page } = at;
    await visit(page, '/replay');
    await page.getByTestId('moment').waitFor();
    await page.getByTestId('time-slider').focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('End');
    await page.locator('[data-testid="moment"][data-behind="false"]').waitFor();
    await page.getByRole('button', { name: 'Plan this moment again' }).click();
    await page.getByTestId('replay-result').getByText('The same plan came out').waitFor();
  });

  it('events: filtered by kind, one opened, and a comment that is an event itself', async () => {
    const { page, service } = at;
    await visit(page, '/events');
    await page.getByRole('button', { name: 'reroutes', exact: true }).click();
    await page.waitForURL(/[?&]kind=reroutes/);
    const created = page.locator('[data-testid="event-row"][data-type="proposal-created"]').first();
    await created.getByRole('button').click();
    const thread = page.getByTestId('event-thread');
    const words = 'Fibre works until 14:00';
    await thread.getByLabel('Comment', { exact: true }).fill(words);
    await thread.getByRole('button', { name: 'Comment' }).click();
    await thread.getByRole('list', { name: 'Comments' }).getByText(words).waitFor();
    await visit(page, '/events?kind=comments');
    await page.locator('[data-testid="event-row"][data-type="comment"]').getByText(words).waitFor();
    const { items } = await service.get<{ items: Event[] }>('/api/v1/events?type=comment');
    expect(items.map(({ message }) => message)).toEqual([words]);
  });

  it('control: work is planned after a look at what it does, and cancelled; guardrails are set and confirmed; all of it is in the audit', async () => {
    const { page, service } = at;
    await visit(page, '/control');
    await page.getByLabel('What is worked on').first().fill('den-c1--slc-c1');
    await page.getByRole('option', { name: 'den-c1--slc-c1', exact: true }).click();
    await page.keyboard.press('Escape');
    await page.waitForURL(/[?&]drain=link/);
    await page
      .getByTestId('drain-preview')
      .getByText(/1 link would be drained/)
      .waitFor();
    const form = page.getByRole('region', { name: 'Plan a window' });
    const tomorrow = (hours: number) => new Date(Date.now() + (24 + hours) * 3_600_000).toISOString().slice(0, 16);
    await form.getByLabel('From').fill(tomorrow(14));
    await form.getByLabel('To', { exact: true }).fill(tomorrow(38));
    await form.getByLabel('Reason').fill('new amplifier');
    await page.getByTestId('plan-window').click();
    const planned = page.locator('[data-testid="window"][data-state="planned"]').filter({ hasText: 'new amplifier' });
    await planned.waitFor();
    await planned.getByTestId('cancel-window').click();
    await planned.getByLabel('Reason').fill('no parts');
    await planned.getByTestId('cancel-window-now').click();
    await page.locator('[data-testid="window"][data-state="cancelled"]').filter({ hasText: 'new amplifier' }).waitFor();

    await page.getByText('Guardrails', { exact: true }).click();
    await page.getByTestId('edit-guardrails').click();
    await page.getByLabel('Within an hour: changes').fill('60');
    await page.getByTestId('guardrail-form').getByLabel('Reason').fill('a quiet night');
    await page.getByTestId('set-guardrails').click();
    await page
      .getByTestId('guardrails-set')
      .getByText(/once 60 changes/)
      .waitFor();
    expect(await service.get<{ maxPerHour: number }>('/api/v1/guardrails')).toMatchObject({ maxPerHour: 60 });

    await page.getByText('Audit', { exact: true }).click();
    await page.getByRole('button', { name: 'guardrails', exact: true }).click();
    await page
      .getByTestId('audit-record')
      .filter({ hasText: 'maxPerHour: 120 → 60' })
      .getByText('a quiet night')
      .waitFor();
    await page.getByRole('button', { name: 'maintenance', exact: true }).click();
    await page.getByTestId('audit-record').filter({ hasText: 'planned → cancelled' }).getByText('no parts').waitFor();
  });

  it('jobs: the queue of plans with its schedule, and the board it leads to', async () => {
    const { page, origin } = at;
    await visit(page, '/jobs');
    const plans = page.getByTestId('queue').filter({ has: page.getByRole('heading', { name: /^plan\b/ }) });
    expect(await plans.innerText()).toMatch(/every 2 min|every 120 s/);
    await page.getByTestId('next-plan').waitFor();
    const board = await page.getByRole('link', { name: 'Every job on the board' }).getAttribute('href');
    expect((await fetch(origin + board)).status).toBe(200);
  });

  it('all changes are stopped with a reason from any screen, which every screen shows, and allowed again', async () => {
    const { page, service } = at;
    const killSwitch = async () => (await service.get<Status>('/api/v1/status')).killSwitch;
    await visit(page, '/links');
    await decide(page, 'stop-all', 'storm over the coast');
    await page.getByTestId('stopped').waitFor();
    expect(await killSwitch()).toMatchObject({ reason: 'storm over the coast' });
    await visit(page, '/');
    await decide(page, 'release', 'the storm is over');
    await page.getByTestId('stopped').waitFor({ state: 'detached' });
    expect(await killSwitch()).toBeNull();
  });

  it('is whole, readable and accessible, wide and on a phone, in dark and light, and asks nobody else', async () => {
    const { browser, origin, page, service } = at;
    // One that stands, where there is one by now: it has buttons.
    const paths = await addresses(page, at.link, (await waiting(service))?.id ?? at.proposal);
    const found: string[] = [];
    for (const look of Object.keys(LOOKS)) found.push(...(await faults(browser, origin, paths, look)));
    expect(found).toEqual([]);
  }, 600_000);

  it('leaves nothing in the console, and asked nobody but the service', () => {
    expect(at.complaints).toEqual([]);
  });
});

/** A proposal that waits for a decision and moves something. */
async function waiting(service: Service): Promise<Proposal | undefined> {
  return (await service.reroutes()).find(({ status, moves }) => status === 'proposed' && moves.length > 0);
}

/** Gives a reason for a decision and takes it. */
async function decide(page: Page, testId: string, reason: string): Promise<void> {
  await page.getByTestId(testId).click();
  await page.getByLabel('Reason').fill(reason);
  await page.getByTestId(`${testId}-now`).click();
}

async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByLabel(label).first().click();
  await page.getByRole('option', { name: option }).click();
}

interface Saved {
  readonly name: string;
  readonly content: Buffer;
}

async function saved(page: Page, kind: 'SVG' | 'PNG'): Promise<Saved> {
  await page.getByRole('button', { name: 'Export the map' }).click();
  return download(page, () => page.getByRole('menuitem', { name: kind }).click());
}

async function download(page: Page, act: () => Promise<void>): Promise<Saved> {
  const [file] = await Promise.all([page.waitForEvent('download') as Promise<Download>, act()]);
  return { name: file.suggestedFilename(), content: readFileSync(await file.path()) };
}

/** Every address of the menu, what the lists lead to, and what is not there. */
async function addresses(page: Page, link: string, proposal: string): Promise<string[]> {
  const all = await everyAddress(page, link, proposal);
  expect(all).toEqual(expect.arrayContaining(['/', '/links', '/reroutes', '/risk', '/events', '/control', '/jobs']));
  return [...all, '/links/no-such-link', `/reroutes/${UNKNOWN}`];
}

/** Everything that is wrong with the screens in one look. */
async function faults(browser: Browser, origin: string, paths: readonly string[], look: string): Promise<string[]> {
  const { page, complaints } = await openPage(browser, origin, LOOKS[look]);
  const found: string[] = [];
  for (const path of paths) {
    await visit(page, path);
    const scheme = await page.locator('html').getAttribute('data-mantine-color-scheme');
    if (scheme !== LOOKS[look]?.scheme) found.push(`${path} ${look}: shown ${scheme}`);
    found.push(...(await findingsOn(page)).map((finding) => `${path} ${look}: ${finding}`));
  }
  await page.context().close();
  return [...found, ...complaints.filter((each) => !each.includes(UNKNOWN))];
}
