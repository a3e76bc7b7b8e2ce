import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { IN_PAGE } from './readable.ts';

declare global {
  interface Window {
    readonly axe: { run(options: object): Promise<AxeResults> };
  }
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Puts what the findings need into every page of the context. */
export async function prepareFindings(context: BrowserContext): Promise<void> {
  await context.addInitScript({ content: AXE });
  await context.addInitScript({ content: IN_PAGE });
}

/** What axe-core finds on the page as it is: impact, rule and places. */
export async function axeFindings(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }));
  return violations.map(({ id, impact, nodes }) => {
    const places = nodes
      .slice(0, 3)
      .map(({ target, html, any }) => `${target.join(' ')} ${html.slice(0, 120)} ${any[0]?.message ?? ''}`);
    return `${impact}: ${id} at ${places.join(' | ')}`;
  });
}

/** Text that cannot be read on the page as it is; see readable.ts. */
export function layoutFindings(page: Page): Promise<string[]> {
  return page.evaluate(() => window.unreadable());
}
