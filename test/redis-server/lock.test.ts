import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DetourError } from '../../src/core/errors.ts';
import { lockDataDir } from '../../src/redis-server/lock.ts';
import { identityOf } from '../../src/redis-server/process-identity.ts';
import { kill, start } from '../support/process.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait.ts';

const MODULE = new URL('../../src/redis-server/lock.ts', import.meta.url).href;

function refusal(dataDir: string): DetourError {
  try {
    lockDataDir(dataDir);
  } catch (error) {
    if (error instanceof DetourError) return error;
  }
  throw new Error('the lock was given out');
}

/** Another process that takes the lock of this folder and keeps it until it is killed. */
function otherHolder(dataDir: string) {
  const script = `import(${JSON.stringify(MODULE)}).then((m) => { m.lockDataDir(process.argv[1]); setInterval(() => {}, 1e6); })`;
  const running = start(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, dataDir]);
  onTestFinished(() => kill(running.pid));
  return running;
}

describe('the lock of the data folder', () => {
  it('is refused while this process has it, and free once released', () => {
    const dataDir = join(tempDir(), 'deep', 'data');
    const lock = lockDataDir(dataDir);
    const error = refusal(dataDir);
    expect(error.code).toBe('DETOUR_ERR_DATA_DIR_LOCKED');
    expect(error.message).toContain(`process ${process.pid}`);
    lock.release();
    lock.release();
    expect(readdirSync(dataDir)).toEqual([]);
    lockDataDir(dataDir).release();
  });

  it('is refused while another process has it, and taken over after its kill -9', async () => {
    const dataDir = tempDir();
    const other = otherHolder(dataDir);
    await waitFor('the other one to lock', () => existsSync(join(dataDir, 'lock')), { timeoutMs: 20_000 });
    expect(refusal(dataDir).message).toContain(`process ${other.pid}`);
    kill(other.pid, 'SIGKILL');
    await other.ended;
    const lock = lockDataDir(dataDir);
    expect(JSON.parse(readFileSync(join(dataDir, 'lock'), 'utf8')).pid).toBe(process.pid);
    lock.release();
  }, 30_000);

  it('is taken over when the process id runs again as another process', () => {
    const dataDir = tempDir();
    writeFileSync(join(dataDir, 'lock'), JSON.stringify({ ...identityOf(process.pid), start: 'another-boot/1' }));
    lockDataDir(dataDir).release();
  });

  it('is taken over when its content makes no sense', () => {
    const dataDir = tempDir();
    writeFileSync(join(dataDir, 'lock'), '');
    lockDataDir(dataDir).release();
  });

  it('of another machine holds for as long as its heartbeat', () => {
    const dataDir = tempDir();
    const path = join(dataDir, 'lock');
    writeFileSync(path, JSON.stringify({ ...identityOf(process.pid), host: 'elsewhere' }));
    expect(refusal(dataDir).message).toContain('on elsewhere');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(path, longAgo, longAgo);
    lockDataDir(dataDir).release();
  });

  it('goes when the process exits', () => {
    const dataDir = tempDir();
    const script = `import(${JSON.stringify(MODULE)}).then((m) => { m.lockDataDir(process.argv[1]); process.exit(3); })`;
    const args = ['--import', 'tsx', '--input-type=module', '-e', script, dataDir];
    expect(spawnSync(process.execPath, args).status).toBe(3);
    expect(readdirSync(dataDir)).toEqual([]);
  }, 30_000);

  it('goes to one of many that come at once, over a dead lock', async () => {
    const dataDir = tempDir();
    writeFileSync(join(dataDir, 'lock'), JSON.stringify({ ...identityOf(process.pid), start: 'another-boot/1' }));
    const others = Array.from({ length: 6 }, () => otherHolder(dataDir));
    const losers = (): number => others.filter((each) => each.output().includes('DATA_DIR_LOCKED')).length;
    await waitFor('all but one to give up', () => losers() === others.length - 1, { timeoutMs: 40_000 });
    const winner = others.find((each) => !each.output().includes('DATA_DIR_LOCKED'));
    expect(JSON.parse(readFileSync(join(dataDir, 'lock'), 'utf8')).pid).toBe(winner?.pid);
  }, 60_000);

  it('names the folder that cannot be written', () => {
    const file = join(tempDir(), 'file');
    writeFileSync(file, '');
    expect(() => lockDataDir(join(file, 'data'))).toThrow(/dataDir: .*cannot be created/);
    expect(() => lockDataDir(file)).toThrow(/dataDir: .*cannot be created \(ENOTDIR\)/);
  });

  it.runIf(existsSync('/proc/self'))(
    'comes back from a folder that says it is there and takes no children',
    () => {
      // In a process with an end of its own: what this is about is a call that never returns.
      const script = `import(${JSON.stringify(MODULE)}).then((m) => m.lockDataDir('/proc/detour/data'))`;
      const args = ['--import', 'tsx', '--input-type=module', '-e', script];
      const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
      expect(status).toBe(1);
      expect(stderr).toContain('dataDir: /proc/detour/data cannot be created (ENOENT)');
    },
    30_000,
  );
});
