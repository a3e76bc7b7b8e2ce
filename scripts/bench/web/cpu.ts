import type { Browser } from 'playwright-core';

/**
 * CPU time that all processes of the browser take while something is done, ms: what a loaded machine does not spoil.
 * Drawing in software is most of it.
 */
export async function withCpu<T>(browser: Browser, work: () => Promise<T>): Promise<{ result: T; cpuMs: number }> {
  const session = await browser.newBrowserCDPSession();
  const spentMs = async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime * 1000, 0);
  };
  const before = await spentMs();
  const result = await work();
  const cpuMs = (await spentMs()) - before;
  await session.detach();
  return { result, cpuMs };
}
