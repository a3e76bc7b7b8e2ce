import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'] as const;

/** Nothing but the pages that are asked for: no update, no profile of a person, no protocol that a proxy cannot see. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser that CHROMIUM_BIN names, else one on the PATH; null where there is none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | null {
  if (env.CHROMIUM_BIN) return isProgram(env.CHROMIUM_BIN) ? env.CHROMIUM_BIN : null;
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const places = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return places.find(isProgram) ?? null;
}

/** Starts it headless with a profile of its own, which goes when it is closed. Throws where there is none. */
export async function launchChromium(moreFlags: readonly string[] = []): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath)
    throw new Error('there is no Chromium: install the package chromium, or name it in CHROMIUM_BIN');
  return chromium.launch({ executablePath, args: [...FLAGS, ...moreFlags] });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
