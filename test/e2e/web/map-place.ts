import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { NetworkView } from '../../../src/api/schemas/screen.ts';
import { buildScene } from '../../../src/web/map/scene.ts';
import { waitFor } from '../../support/wait.ts';

/** Near enough that neighbours are a hand's breadth apart. */
const ZOOM = 12;

/** The address of the map with the middle of this link in its middle. */
export function addressOver(network: NetworkView, linkId: string): string {
  const scene = buildScene(network);
  const link = scene.linkIndex.get(linkId) ?? -1;
  const [a, z] = [scene.ends[2 * link] ?? -1, scene.ends[2 * link + 1] ?? -1];
  const middle = (values: Float64Array) => ((values[a] ?? Number.NaN) + (values[z] ?? Number.NaN)) / 2;
  return `/?at=${middle(scene.xs).toFixed(1)},${middle(scene.ys).toFixed(1)},${ZOOM}`;
}

/**
 * Moves the pointer over the middle of the map until what it points at is this link: parallel links lie beside each
 * other. Leaves the pointer there and gives the text of the tooltip.
 */
export async function pointAt(page: Page, linkId: string): Promise<string> {
  const area = await page.getByTestId('map-surface').boundingBox();
  expect(area).not.toBeNull();
  const [x, y] = [(area?.x ?? 0) + (area?.width ?? 0) / 2, (area?.y ?? 0) + (area?.height ?? 0) / 2];
  const tooltip = page.getByTestId('map-tooltip');
  const around = [0, 4, -4, 8, -8, 12, -12].flatMap((dx) => [0, 4, -4, 8, -8, 12, -12].map((dy) => [dx, dy] as const));
  return waitFor(
    `the link ${linkId} under the pointer`,
    async () => {
      for (const [dx, dy] of around) {
        await page.mouse.move(x + dx, y + dy);
        const text = (await tooltip.count()) > 0 ? await tooltip.innerText() : '';
        if (text.split(/\s+/).includes(linkId)) return text;
      }
      return null;
    },
    { timeoutMs: 30_000 },
  );
}

/** How many points of the bands beneath the links are nearer to this colour (#rrggbb) than to any other hue. */
export function pointsOfBand(page: Page, colour: string): Promise<number> {
  return page.evaluate((wanted) => {
    const canvas = document.querySelectorAll<HTMLCanvasElement>('[data-testid="map-surface"] canvas')[1];
    if (!canvas) return 0;
    // From a copy: reading a canvas back changes how the browser draws it.
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
    copy?.drawImage(canvas, 0, 0);
    const image = copy?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(wanted.slice(at, at + 2), 16));
    let points = 0;
    for (let i = 0; i < image.length; i += 4) {
      const [red = 0, green = 0, blue = 0, alpha = 0] = [image[i], image[i + 1], image[i + 2], image[i + 3]];
      if (alpha > 20 && Math.hypot(red - r, green - g, blue - b) < 40) points += 1;
    }
    return points;
  }, colour);
}
