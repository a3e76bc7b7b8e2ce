import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../../support/temp-dir.ts';
import { waitFor } from '../../support/wait.ts';
import { type Service, startService } from '../service.ts';
import { hasChromium, IN_BROWSER, openBrowser, openPage, type PageOptions, visit } from './browser.ts';
import { axeFindings, layoutFindings } from './findings.ts';

const WIDE = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const LOOKS: Readonly<Record<string, PageOptions>> = {
  'wide dark': { ...WIDE, scheme: 'dark' },
  'wide light': { ...WIDE, scheme: 'light' },
  'phone dark': { ...PHONE, scheme: 'dark' },
  'phone light': { ...PHONE, scheme: 'light' },
};
/** What the service does not know is asked for once and answered with 404, which browsers log. */
const UNKNOWN = 'r-0123456789ab';

/** Every address of the menu, what the lists lead to, and what is not there. */
async function addresses(page: Page, service: Service): Promise<string[]> {
  await visit(page, '/');
  const menu = page.getByRole('navigation', { name: 'Screens' }).locator('ul a');
  const hrefs = await menu.evaluateAll((all) => all.map((each) => each.getAttribute('href') ?? ''));
  expect(hrefs).toEqual(expect.arrayContaining(['/', '/links', '/reroutes', '/events', '/jobs']));
  const links = await service.links();
  const link = links.find(({ state }) => state !== 'healthy') ?? links[0];
  const [proposal] = await service.reroutes();
  const beyond = [`/?link=${link?.id}`, '/?wall=1', `/links/${link?.id}`, `/reroutes/${proposal?.id}`];
  return [...hrefs, ...beyond, '/links?q=nothing-has-this-name', '/links/no-such-link', `/reroutes/${UNKNOWN}`];
}

/** Everything that is wrong with the screens in one look. */
async function faults(browser: Browser, origin: string, paths: readonly string[], look: string): Promise<string[]> {
  const { page, complaints } = await openPage(browser, origin, LOOKS[look]);
  const found: string[] = [];
  for (const path of paths) {
    await visit(page, path);
    const scheme = await page.locator('html').getAttribute('data-mantine-color-scheme');
    if (scheme !== LOOKS[look]?.scheme) found.push(`${path} ${look}: shown ${scheme}`);
    const findings = [...(await layoutFindings(page)), ...(await axeFindings(page))];
    found.push(...findings.map((finding) => `${path} ${look}: ${finding}`));
  }
  await page.context().close();
  return [...found, ...complaints.filter((each) => !each.includes(UNKNOWN))];
}

describe.skipIf(!hasChromium)(`every screen ${IN_BROWSER}`, () => {
  it('is whole, readable and accessible, wide and on a phone, in dark and light, and asks nobody else', async () => {
    const service = await startService({ dataDir: tempDir('web-looks'), args: ['--manual'] });
    await service.answers(60_000);
    const proposed = async () => (await service.reroutes()).length > 0;
    await waitFor('a proposal', proposed, { timeoutMs: 120_000, everyMs: 500 });
    const origin = `http://127.0.0.1:${service.port}`;
    const browser = await openBrowser();
    const { page } = await openPage(browser, origin);
    const paths = await addresses(page, service);
    await page.context().close();
    const found: string[] = [];
    for (const look of Object.keys(LOOKS)) found.push(...(await faults(browser, origin, paths, look)));
    expect(found).toEqual([]);
  }, 600_000);
});
