import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { findChromium, launchChromium } from '../../../scripts/browser/chromium.ts';
import { openLook, type Scheme, WIDE } from '../../../scripts/browser/looks.ts';
import { untilShown } from '../../../scripts/browser/screen.ts';
import { prepareFindings } from './findings.ts';

export const hasChromium = findChromium() !== null;

/** End of a test's title: says why it is skipped where there is no browser. */
export const IN_BROWSER = hasChromium
  ? 'in a real browser'
  : 'in a real browser (skipped: no Chromium; install the package chromium or name one in CHROMIUM_BIN)';

export interface Watched {
  readonly page: Page;
  /** What a person would find in the console, and what left this machine; must stay empty. */
  readonly complaints: string[];
}

type Shape = Pick<BrowserContextOptions, 'viewport' | 'isMobile' | 'hasTouch' | 'reducedMotion'>;

export interface PageOptions extends Shape {
  /** What the person chose in the top bar. */
  readonly scheme?: Scheme;
}

/** A browser with a new profile, closed when the test has finished. */
export async function openBrowser(): Promise<Browser> {
  const browser = await launchChromium();
  onTestFinished(() => browser.close());
  return browser;
}

/** A page of its own profile that tells of everything it should not do. `origin` is the only place it may ask. */
export async function openPage(browser: Browser, origin: string, options: PageOptions = {}): Promise<Watched> {
  const { scheme = 'dark', ...shape } = options;
  const context = await openLook(browser, origin, scheme, { ...WIDE, ...shape });
  const complaints: string[] = [];
  watch(context, origin, complaints);
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      reportError(new Error(`content security policy: ${violatedDirective} ${blockedURI}`)),
    );
  });
  await prepareFindings(context);
  return { page: await context.newPage(), complaints };
}

function watch(context: BrowserContext, origin: string, complaints: string[]): void {
  context.on('request', (request) => {
    const { protocol, origin: asked, href } = new URL(request.url());
    if (protocol !== 'data:' && protocol !== 'blob:' && asked !== origin) complaints.push(`asked ${href}`);
  });
  context.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    complaints.push(`${message.type()} in the console: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => {
    complaints.push(`thrown: ${error.error().stack ?? error.error().message}`);
  });
}

/** Opens an address of the service and waits until the live picture and the screen are there. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await untilShown(page);
}
