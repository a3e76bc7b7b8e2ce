import type { Page } from 'playwright-core';
import type { NetworkView } from '../../../src/api/schemas/screen.ts';
import { buildScene } from '../../../src/web/map/scene.ts';
import { apiUrl } from '../../../src/web/service/client.ts';
import type { Link } from '../../../topology/model.ts';
import { untilShown } from '../../browser/screen.ts';
import type { WebBed } from './bed.ts';
import { linkState, stateEvent } from './states.ts';

const GREEN = { az: 0.05, za: 0.05 };
const RED = { az: 0.99, za: 0.99 };
const ZOOM = 14;
const PIXEL_MS = 15_000;

export interface PixelDelays {
  /** A change of state, which has an event, ms. */
  readonly stateMs: readonly number[];
  /** A change of figures only, ms. */
  readonly figureMs: readonly number[];
}

/** How long it takes from the write into Redis until the colour in the middle of a link has changed on the screen. */
export async function pixelDelays(bed: WebBed, rounds: number, signal: AbortSignal): Promise<PixelDelays> {
  const link = loneLink(bed.network.links);
  // Whatever lies near it must not be red.
  await bed.write(bed.network.links.map((each) => linkState(each, GREEN, 'healthy', Date.now())));
  const page = await bed.open(await addressOver(bed, link.id));
  await untilShown(page);
  await page.evaluate(watchMiddle);
  const stateMs: number[] = [];
  const figureMs: number[] = [];
  for (let round = 0; round < rounds && !signal.aborted; round += 1) {
    stateMs.push(await changed(bed, page, link, { isRed: true, isState: true }));
    stateMs.push(await changed(bed, page, link, { isRed: false, isState: true }));
    figureMs.push(await changed(bed, page, link, { isRed: true, isState: false }));
    figureMs.push(await changed(bed, page, link, { isRed: false, isState: false }));
  }
  await page.context().close();
  return { stateMs, figureMs };
}

interface Change {
  readonly isRed: boolean;
  readonly isState: boolean;
}

async function changed({ write }: WebBed, page: Page, link: Link, { isRed, isState }: Change): Promise<number> {
  // Out of step with the service's own timers.
  await page.waitForTimeout(Math.random() * 500);
  const atMs = Date.now();
  const state = linkState(link, isRed && !isState ? RED : GREEN, isRed && isState ? 'down' : 'healthy', atMs);
  await write([state], isState ? [stateEvent(state, isRed ? 'healthy' : 'down', atMs)] : []);
  const handle = await page.waitForFunction(
    ({ wanted, sinceMs }) => {
      const { isRed: now, atMs: seenMs } = (window as unknown as { middle: Middle }).middle;
      return now === wanted && seenMs >= sinceMs ? seenMs : null;
    },
    { wanted: isRed, sinceMs: atMs },
    { timeout: PIXEL_MS, polling: 20 },
  );
  return ((await handle.jsonValue()) ?? Number.NaN) - atMs;
}

interface Middle {
  isRed: boolean | null;
  /** When the colour became what it is, ms since the epoch, by the frame that shows it. */
  atMs: number;
}

/** In the page: watches the colour of the links in the middle of the map, every frame. */
function watchMiddle(): void {
  const SIDE = 24;
  const middle: Middle = { isRed: null, atMs: 0 };
  Object.assign(window, { middle });
  const copy = new OffscreenCanvas(SIDE, SIDE).getContext('2d', { willReadFrequently: true });
  const colours = (): Uint8ClampedArray => {
    const canvas = document.querySelector<HTMLCanvasElement>('[data-testid="map-surface"] canvas:last-of-type');
    if (!canvas || !copy) return new Uint8ClampedArray();
    copy.clearRect(0, 0, SIDE, SIDE);
    copy.drawImage(canvas, (canvas.width - SIDE) / 2, (canvas.height - SIDE) / 2, SIDE, SIDE, 0, 0, SIDE, SIDE);
    return copy.getImageData(0, 0, SIDE, SIDE).data;
  };
  const redPoints = (data: Uint8ClampedArray): number => {
    let points = 0;
    for (let at = 0; at < data.length; at += 4) {
      const [red = 0, , blue = 0, alpha = 0] = data.subarray(at, at + 4);
      if (alpha > 128 && red - blue > 90) points += 1;
    }
    return points;
  };
  const look = () => {
    const isRed = redPoints(colours()) > 4;
    // What this frame sees is what was drawn before it.
    if (isRed !== middle.isRed) Object.assign(middle, { isRed, atMs: performance.timeOrigin + performance.now() });
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** A link without parallels, which would lie beside it. */
function loneLink(links: readonly Link[]): Link {
  const pairs = new Map<string, number>();
  const pair = ({ a, z }: Link) => [a, z].sort().join(' ');
  for (const link of links) pairs.set(pair(link), (pairs.get(pair(link)) ?? 0) + 1);
  const found = links.find((link) => pairs.get(pair(link)) === 1);
  if (!found) throw new Error('every link has a parallel');
  return found;
}

/** The map with the middle of this link in its middle. */
async function addressOver({ url }: WebBed, linkId: string): Promise<string> {
  const answer = await fetch(url + apiUrl('/network'));
  const scene = buildScene((await answer.json()) as NetworkView);
  const link = scene.linkIndex.get(linkId) ?? -1;
  const [a, z] = [scene.ends[2 * link] ?? -1, scene.ends[2 * link + 1] ?? -1];
  const middle = (values: Float64Array) => ((values[a] ?? Number.NaN) + (values[z] ?? Number.NaN)) / 2;
  return `/?group=off&at=${middle(scene.xs).toFixed(2)},${middle(scene.ys).toFixed(2)},${ZOOM}`;
}
