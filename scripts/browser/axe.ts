import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, ImpactValue } from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';

declare global {
  interface Window {
    readonly axe: { run(options: object): Promise<AxeResults> };
  }
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A rule of axe-core that a page breaks. */
export interface AxeFinding {
  readonly impact: ImpactValue;
  /** Impact, rule and places, in one line. */
  readonly text: string;
}

/** Puts axe-core into every page of the context; the security policy allows no other way in. */
export async function prepareAxe(context: BrowserContext): Promise<void> {
  await context.addInitScript({ content: AXE });
}

/** What axe-core finds on the page as it is. */
export async function axeFindings(page: Page): Promise<AxeFinding[]> {
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }));
  return violations.map(({ id, impact = null, nodes }) => {
    const places = nodes
      .slice(0, 3)
      .map(({ target, html, any }) => `${target.join(' ')} ${html.slice(0, 120)} ${any[0]?.message ?? ''}`);
    return { impact, text: `${impact}: ${id} at ${places.join(' | ')}` };
  });
}
