import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

const MODULE = new URL('../../src/core/collect.ts', import.meta.url).href;

it('collects what a thread has left behind once it is idle', () => {
  const script = `import(${JSON.stringify(MODULE)}).then(({ collectWhenIdle }) => {
    const gone = new WeakRef({ big: new Array(1000).fill(0) });
    collectWhenIdle();
    setImmediate(() => setImmediate(() => process.exit(gone.deref() === undefined ? 0 : 3)));
  })`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script];
  expect(spawnSync(process.execPath, args, { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
}, 30_000);
