import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveCredentials, Secret } from '../../../src/telemetry/snmp/credentials.ts';

const CANARY = 'canary-7f3a';
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'detour-credentials-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('Secret', () => {
  it('cannot be printed, logged or serialised', () => {
    const secret = new Secret(CANARY);
    const texts = [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect({ secret }, { showHidden: true, depth: 9 }),
    ];
    for (const text of texts) expect(text).not.toContain(CANARY);
    expect(String(secret)).toBe('[hidden]');
    expect(secret.reveal()).toBe(CANARY);
  });
});

describe('resolveCredentials', () => {
  it('reads the environment', async () => {
    const secret = await resolveCredentials('env:SNMP_CORE', { env: { SNMP_CORE: CANARY } });
    expect(secret.reveal()).toBe(CANARY);
  });

  it('reads a file without its last newline, and warns when others can read it too', async () => {
    const path = join(folder, 'community');
    await writeFile(path, `${CANARY}\n`);
    await chmod(path, 0o644);
    const warnings: string[] = [];
    const sources = { env: {}, onWarning: (message: string) => void warnings.push(message) };
    expect((await resolveCredentials(`file:${path}`, sources)).reveal()).toBe(CANARY);
    expect(warnings).toEqual([expect.stringContaining('chmod 600')]);
    await chmod(path, 0o600);
    await resolveCredentials(`file:${path}`, sources);
    expect(warnings).toHaveLength(1);
  });

  it.each([
    ['env:SNMP_MISSING', 'not set'],
    ['env:SNMP_EMPTY', 'empty'],
    ['env:SNMP_LINES', 'one line'],
    ['file:/nowhere/at/all', 'ENOENT'],
  ])('refuses %s by name', async (reference, reason) => {
    const env = { SNMP_EMPTY: '', SNMP_LINES: `${CANARY}\nmore` };
    const error = await resolveCredentials(reference, { env }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'DETOUR_ERR_SNMP_CREDENTIALS', message: expect.stringContaining(reason) });
    expect(inspect(error)).not.toContain(CANARY);
  });

  it('does not repeat a community that stands where a reference belongs', async () => {
    const error = await resolveCredentials(CANARY, { env: {} }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'DETOUR_ERR_SNMP_CREDENTIALS' });
    expect(inspect(error)).not.toContain(CANARY);
  });
});
