import type { Page } from 'playwright-core';

/** Waits until the page has the live picture of the network, and its screen something to show. */
export async function untilShown(page: Page): Promise<void> {
  await page.locator('[data-testid="live"][data-phase="live"]').waitFor();
  await page
    .getByRole('status')
    .filter({ hasText: /^Loading/ })
    .first()
    .waitFor({ state: 'detached' });
}
