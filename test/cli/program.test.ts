import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';

let folder: string;
let out: string;
let err: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'detour-cli-'));
  out = '';
  err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const detour = (...words: string[]): Promise<number> => runProgram(['node', 'detour', ...words]);

describe('detour', () => {
  it.each([['run'], ['simulate'], ['poll'], ['plan'], ['network'], ['network', 'validate'], ['network', 'generate']])(
    'helps with %s %s',
    async (...words: (string | undefined)[]) => {
      expect(await detour(...words.filter((word) => word !== undefined), '--help')).toBe(0);
      expect(out).toContain('Usage: detour');
    },
  );

  it('exits with 2 on a call it does not understand', async () => {
    expect(await detour('fly')).toBe(2);
    expect(await detour('simulate', '--seconds', 'soon')).toBe(2);
    expect(err).toContain('--seconds must be a whole number from 1 to');
    expect(await detour('poll', 'not an address')).toBe(2);
  });

  it('generates a network that it then finds valid, the same for the same seed', async () => {
    const [first, second] = [join(folder, '1.json'), join(folder, '2.json')] as const;
    expect(await detour('network', 'generate', '--routers', '20', '--seed', '4', '--out', first)).toBe(0);
    expect(await detour('network', 'generate', '--routers', '20', '--seed', '4', '--out', second)).toBe(0);
    expect(readFileSync(first, 'utf8')).toBe(readFileSync(second, 'utf8'));
    out = '';
    expect(await detour('network', 'validate', first, '--json')).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ ok: true, nodes: 20, bridges: [] });
  });

  it('names the field of a wrong network', async () => {
    const file = join(folder, 'wrong.json');
    const links = [{ id: 'p-q', a: 'p', z: 'q', capacityBps: -5, latencyMs: 1 }];
    writeFileSync(
      file,
      JSON.stringify({ format: 'detour-network/1', name: 'x', nodes: [{ id: 'p' }, { id: 'q' }], links }),
    );
    expect(await detour('network', 'validate', file)).toBe(2);
    expect(err).toMatch(/^DETOUR_ERR_INVALID_NETWORK: .*links\[0\]\.capacityBps: must be > 0, got -5/);
  });

  it('simulates, and says the same again for the same seed', async () => {
    expect(await detour('simulate', '--seconds', '40', '--json')).toBe(0);
    const first = out;
    out = '';
    expect(await detour('simulate', '--seconds', '40', '--json')).toBe(0);
    const fields = (text: string) =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { second: number; lostBps: number });
    expect(fields(first)).toEqual(fields(out));
    expect(fields(first).map(({ second }) => second)).toEqual([10, 20, 30, 40]);
    expect(fields(first).at(-1)?.lostBps).toBeGreaterThan(0);
  });

  it.each([
    [['simulate', '--seconds', 'soon', '--json'], 2, 'DETOUR_ERR_INVALID_', '--seconds must be a whole number'],
    [['simulate', '--json', '--fly'], 2, 'DETOUR_ERR_INVALID_INPUT', "unknown option '--fly'"],
    [
      ['network', 'validate', '--json', '/nowhere/network.json'],
      2,
      'DETOUR_ERR_FILE_UNREADABLE',
      '/nowhere/network.json',
    ],
    [['plan', '--json', '--url', 'http://127.0.0.1:1'], 1, 'DETOUR_ERR_NOT_READY', 'no service answers'],
  ] as const)(
    'says what is wrong with %j as one problem document on standard error',
    async (words, code, key, text) => {
      expect(await detour(...words)).toBe(code);
      expect(out).toBe('');
      expect(err.endsWith('\n') && err.trim().split('\n')).toHaveLength(1);
      const problem = JSON.parse(err) as Record<string, unknown>;
      expect(problem).toMatchObject({ type: `/docs/errors#${String(problem.code)}`, title: expect.any(String) });
      expect(problem.code).toContain(key);
      expect(problem.detail).toContain(text);
    },
  );

  it('plans where the settings say that the service listens', async () => {
    vi.stubEnv('DETOUR_PORT', '1');
    expect(await detour('plan')).toBe(1);
    expect(err).toContain('no service answers at http://127.0.0.1:1:');
    vi.unstubAllEnvs();
  });

  it('says which file cannot be written, without a stack', async () => {
    expect(await detour('network', 'generate', '--routers', '20', '--out', folder)).toBe(2);
    expect(err).toBe(`DETOUR_ERR_FILE_UNREADABLE: ${folder}: cannot be written: EISDIR\n`);
  });

  it('says how a simulation ended, however short it was', async () => {
    expect(await detour('simulate', '--seconds', '3', '--json')).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ second: 3 });
  });

  it('says how to start a service when there is none to plan', async () => {
    expect(await detour('plan', '--url', 'http://127.0.0.1:1')).toBe(1);
    expect(err).toMatch(/^DETOUR_ERR_NOT_READY: no service answers at http:\/\/127\.0\.0\.1:1.*npm start/);
  });
});
