import type { BrowserContext, Page } from 'playwright-core';
import { axeFindings, prepareAxe } from '../../../scripts/browser/axe.ts';
import { IN_PAGE } from './readable.ts';

/** Puts what the findings need into every page of the context. */
export async function prepareFindings(context: BrowserContext): Promise<void> {
  await prepareAxe(context);
  await context.addInitScript({ content: IN_PAGE });
}

/** What is wrong with the page as it is: text that cannot be read (see readable.ts), and rules of axe-core. */
export async function findingsOn(page: Page): Promise<string[]> {
  const unreadable = await page.evaluate(() => window.unreadable());
  return [...unreadable, ...(await axeFindings(page)).map(({ text }) => text)];
}
