import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';

export const SCHEMES = ['dark', 'light'] as const;
export type Scheme = (typeof SCHEMES)[number];

/** The two windows that every screen is looked at in. */
export const WIDE = { viewport: { width: 1440, height: 900 } };
export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

/** A window of its own profile in which the person chose this scheme. */
export function openLook(
  browser: Browser,
  origin: string,
  scheme: Scheme,
  options: BrowserContextOptions = WIDE,
): Promise<BrowserContext> {
  const localStorage = [{ name: 'mantine-color-scheme-value', value: scheme }];
  return browser.newContext({
    ...options,
    baseURL: origin,
    storageState: { cookies: [], origins: [{ origin, localStorage }] },
  });
}
