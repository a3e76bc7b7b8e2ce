import { describe, expect, it } from 'vitest';
import { shareReads } from '../../src/core/share-reads.ts';

/** Reads that are answered by hand, with how many were begun by then. */
function reads() {
  const open: { answer: (value: number) => void; fail: (error: Error) => void }[] = [];
  const ask = shareReads(
    () =>
      new Promise<number>((resolve, reject) => {
        open.push({ answer: resolve, fail: reject });
      }),
  );
  return { open, ask };
}

describe('shared reads', () => {
  it('begin at once, and those that are asked for meanwhile share one that begins afterwards', async () => {
    const { open, ask } = reads();
    const first = ask();
    const [second, third] = [ask(), ask()];
    expect(open).toHaveLength(1);
    open[0]?.answer(1);
    expect(await first).toBe(1);
    await Promise.resolve();
    expect(open).toHaveLength(2);
    open[1]?.answer(2);
    expect(await Promise.all([second, third])).toEqual([2, 2]);
    const fourth = ask();
    expect(open).toHaveLength(3);
    open[2]?.answer(3);
    expect(await fourth).toBe(3);
  });

  it('wait a little before the next one, where there is a pause, and still begin after they were asked for', async () => {
    let begun = 0;
    const rested: (() => void)[] = [];
    const ask = shareReads(
      async () => {
        begun += 1;
        return begun;
      },
      () => new Promise<void>((resolve) => rested.push(resolve)),
    );
    expect(await ask()).toBe(1);
    const shared = [ask(), ask()];
    await Promise.resolve();
    expect(begun).toBe(1);
    rested[0]?.();
    expect(await Promise.all(shared)).toEqual([2, 2]);
    rested[1]?.();
    await Promise.resolve();
    await Promise.resolve();
    expect(await ask()).toBe(3);
  });

  it('a read that fails fails for those who share it, and for nobody after them', async () => {
    const { open, ask } = reads();
    const first = ask();
    const second = ask();
    open[0]?.fail(new Error('away'));
    await expect(first).rejects.toThrowError('away');
    await Promise.resolve();
    open[1]?.answer(5);
    expect(await second).toBe(5);
  });
});
