import { gzipSync } from 'node:zlib';
import type { Response } from 'playwright-core';
import type { WebBed } from './bed.ts';

export interface FirstLoad {
  /** From the start of the navigation until the links are drawn with live figures, ms. */
  readonly mapMs: number;
  /** All scripts that were loaded until then, gzip, B. */
  readonly scriptBytes: number;
}

/** Opens the map with an empty cache. */
export async function firstLoad({ browser, url }: WebBed): Promise<FirstLoad> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await context.addInitScript({ content: 'globalThis.__name = (named) => named;' });
  await context.addInitScript(noteMap);
  const scripts: Response[] = [];
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.push(response);
  });
  await page.goto(url);
  const mapMs = await page.waitForFunction(() => (window as { mapMs?: number }).mapMs ?? null, null, {
    timeout: 60_000,
  });
  const bodies = await Promise.all(scripts.map((response) => response.body()));
  const load = {
    mapMs: (await mapMs.jsonValue()) ?? Number.NaN,
    scriptBytes: bodies.reduce((sum, body) => sum + gzipSync(body).length, 0),
  };
  await context.close();
  return load;
}

/** In the page: notes when the links' canvas has something on it while the connection is live. */
function noteMap(): void {
  const look = () => {
    const canvas = document.querySelector<HTMLCanvasElement>('[data-testid="map-surface"] canvas:last-of-type');
    const isLive = document.querySelector('[data-testid="live"][data-phase="live"]') !== null;
    if (!canvas || !isLive || !isDrawn(canvas)) {
      requestAnimationFrame(look);
      return;
    }
    // The frame in which it was drawn is shown when the next one begins.
    requestAnimationFrame((nowMs) => Object.assign(window, { mapMs: nowMs }));
  };
  const isDrawn = (canvas: HTMLCanvasElement): boolean => {
    const small = new OffscreenCanvas(64, 40).getContext('2d', { willReadFrequently: true });
    small?.drawImage(canvas, 0, 0, 64, 40);
    const colours = small?.getImageData(0, 0, 64, 40).data ?? [];
    return colours.some((value, at) => at % 4 === 3 && value > 0);
  };
  requestAnimationFrame(look);
}
