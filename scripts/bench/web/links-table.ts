import { untilShown } from '../../browser/screen.ts';
import type { WebBed } from './bed.ts';

export interface TableTimes {
  /** From the click until the sorted rows are on screen, ms. */
  readonly sortMs: readonly number[];
  /** From the change of the text until the filtered rows are on screen, ms. */
  readonly filterMs: readonly number[];
}

/** Sorts and filters the table of links. */
export async function tableTimes({ open }: WebBed, rounds: number): Promise<TableTimes> {
  const page = await open('/links?sort=id');
  await untilShown(page);
  await page.getByTestId('link-row').first().waitFor();
  const sortMs: number[] = [];
  const filterMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    sortMs.push(await page.evaluate(timeSort));
    filterMs.push(await page.evaluate(timeFilter, String(round % 10)));
    filterMs.push(await page.evaluate(timeFilter, ''));
  }
  await page.context().close();
  return { sortMs, filterMs };
}

/** In the page: the other way round by use. */
async function timeSort(): Promise<number> {
  const button = document.querySelector<HTMLButtonElement>('[data-testid="links-table"] th:nth-child(4) button');
  const first = () => document.querySelector('[data-testid="link-row"] [data-row-link]')?.textContent;
  const before = first();
  const beganMs = performance.now();
  button?.click();
  while (first() === before) await new Promise((resolve) => setTimeout(resolve));
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - beganMs;
}

/** In the page: what React takes for typing. */
async function timeFilter(text: string): Promise<number> {
  const input = document.querySelector<HTMLInputElement>('input[aria-label="Filter links by text"]');
  const count = () => document.querySelector('[data-testid="links-count"]')?.textContent;
  const before = count();
  const beganMs = performance.now();
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, text);
  input?.dispatchEvent(new Event('input', { bubbles: true }));
  while (count() === before) await new Promise((resolve) => setTimeout(resolve));
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - beganMs;
}
