import { everyAddress } from '../../browser/addresses.ts';
import { type AxeFinding, axeFindings, prepareAxe } from '../../browser/axe.ts';
import { launchChromium } from '../../browser/chromium.ts';
import { startDemo } from '../../browser/demo.ts';
import { openLook, PHONE, SCHEMES, WIDE } from '../../browser/looks.ts';
import { untilShown } from '../../browser/screen.ts';

export interface Accessibility {
  /** Screens that were looked at, each look of one counted. */
  readonly looked: number;
  readonly findings: readonly AxeFinding[];
}

/** Every screen of the real service with the demo's first fault, in dark and light; with `full` on a phone too. */
export async function accessibility(full: boolean, signal: AbortSignal): Promise<Accessibility> {
  const demo = await startDemo();
  const browser = await launchChromium();
  const findings: AxeFinding[] = [];
  let looked = 0;
  try {
    const { id, link } = await demo.firstProposal();
    for (const shape of full ? [WIDE, PHONE] : [WIDE]) {
      for (const scheme of SCHEMES) {
        const context = await openLook(browser, demo.url, scheme, shape);
        // What compiles the benches names functions by a helper that pages do not have.
        await context.addInitScript({ content: 'globalThis.__name = (named) => named;' });
        await prepareAxe(context);
        const page = await context.newPage();
        for (const path of await everyAddress(page, link, id)) {
          signal.throwIfAborted();
          await page.goto(path);
          await untilShown(page);
          const found = await axeFindings(page);
          findings.push(...found.map(({ impact, text }) => ({ impact, text: `${path} ${scheme}: ${text}` })));
          looked += 1;
        }
        await context.close();
      }
    }
    return { looked, findings };
  } finally {
    await browser.close();
    await demo.close();
  }
}
