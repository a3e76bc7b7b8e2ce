import type { Page } from 'playwright-core';

/** Distances between frames, ms, while the map is zoomed with the wheel and dragged about in turn, every frame. */
export async function framesWhileMoving(page: Page, seconds: number): Promise<number[]> {
  const before = page.url();
  const frames = await page.evaluate(moveMap, seconds * 1000);
  await page.waitForURL((url) => url.href !== before, { timeout: 20_000 });
  return frames;
}

/** In the page: the events that a hand makes, as fast as frames come. */
async function moveMap(limitMs: number): Promise<number[]> {
  const surface = document.querySelector('[data-testid="map-surface"]');
  if (!surface) throw new Error('there is no map');
  const { left, top, width, height } = surface.getBoundingClientRect();
  const [x, y] = [left + width / 2, top + height / 2];
  const common = { bubbles: true, cancelable: true, view: window };
  const mouse = (type: string, dx: number, dy: number) =>
    new MouseEvent(type, { ...common, button: 0, buttons: 1, clientX: x + dx, clientY: y + dy });
  const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
  const distances: number[] = [];
  let lastMs = await frame();
  const startMs = lastMs;
  for (let step = 0; lastMs - startMs < limitMs; step += 1) {
    const phase = step % 120;
    if (phase < 60) {
      const deltaY = phase < 30 ? -40 : 40;
      surface.dispatchEvent(new WheelEvent('wheel', { ...common, clientX: x, clientY: y, deltaY }));
    } else {
      if (phase === 60) surface.dispatchEvent(mouse('mousedown', 0, 0));
      const angle = ((phase - 60) / 60) * 2 * Math.PI;
      window.dispatchEvent(mouse('mousemove', 120 * Math.sin(angle), 80 * (1 - Math.cos(angle))));
      if (phase === 119) window.dispatchEvent(mouse('mouseup', 0, 0));
    }
    const nowMs = await frame();
    distances.push(nowMs - lastMs);
    lastMs = nowMs;
  }
  return distances;
}

/** Distances between frames, ms, while nobody touches anything. */
export function framesWhileWaiting(page: Page, seconds: number): Promise<number[]> {
  return page.evaluate(async (limitMs) => {
    const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
    const distances: number[] = [];
    let lastMs = await frame();
    const startMs = lastMs;
    while (lastMs - startMs < limitMs) {
      const nowMs = await frame();
      distances.push(nowMs - lastMs);
      lastMs = nowMs;
    }
    return distances;
  }, seconds * 1000);
}

/** Frames a second: as many as came, over the time they took. */
export function rate(distances: readonly number[]): number {
  return (distances.length * 1000) / distances.reduce((sum, each) => sum + each, 0);
}
