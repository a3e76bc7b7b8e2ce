import type { Page } from 'playwright-core';
import { untilShown } from './screen.ts';

/** Addresses of the menu, in its order. */
export async function menuAddresses(page: Page): Promise<string[]> {
  await page.goto('/');
  await untilShown(page);
  const anchors = page.getByRole('navigation', { name: 'Screens' }).locator('ul a');
  return anchors.evaluateAll((all) => all.map((each) => each.getAttribute('href') ?? '/'));
}

/** Every screen and part of one: those of the menu, and what they lead to. */
export async function everyAddress(page: Page, link: string, proposal: string): Promise<string[]> {
  const id = encodeURIComponent(link);
  const drain = new URLSearchParams({ drain: `link:${link}` });
  return [
    ...(await menuAddresses(page)),
    ...[`/?link=${id}`, '/?wall=1', `/links/${id}`, `/reroutes/${encodeURIComponent(proposal)}`],
    ...[`/control?${drain}`, '/control?part=guardrails', '/control?part=audit'],
    '/links?q=nothing-has-this-name',
  ];
}
