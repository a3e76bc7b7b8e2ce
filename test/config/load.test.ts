import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'detour-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(text: string): string {
  const path = join(folder, `${Math.abs(text.length * 31)}.yaml`);
  writeFileSync(path, text);
  return path;
}

describe('loadConfig', () => {
  it('has a default for everything and is frozen', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 7600,
      network: 'backbone-100',
      roles: null,
      redisUrl: null,
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('takes flags over environment over file over defaults', () => {
    const path = fileWith('port: 1001\nseed: 7\nspeed: 2.5\n');
    const config = loadConfig({ DETOUR_PORT: '1002', DETOUR_SEED: '8' }, { port: '1003' }, path);
    expect(config).toMatchObject({ port: 1003, seed: 8, speed: 2.5 });
  });

  it.each([
    [{ DETOUR_PORT: '7600x' }, 'DETOUR_PORT'],
    [{ DETOUR_PORT: '0x10' }, 'DETOUR_PORT'],
    [{ DETOUR_PORT: '70000' }, 'DETOUR_PORT'],
    [{ DETOUR_MODE: 'full' }, 'DETOUR_MODE'],
    [{ DETOUR_ROLES: 'score,fly' }, 'DETOUR_ROLES'],
    [{ DETOUR_PROT: '7600' }, 'DETOUR_PROT'],
    [{ DETOUR_UTILISATION_LIMIT: '-0.1' }, 'DETOUR_UTILISATION_LIMIT'],
  ])('refuses %j by name', (environment, name) => {
    expect(() => loadConfig(environment)).toThrow(new RegExp(`^${name}: `));
  });

  it('names the flag and the key of the file', () => {
    expect(() => loadConfig({}, { planIntervalSeconds: 'soon' })).toThrow(/^--plan-interval-seconds: /);
    expect(() => loadConfig({}, {}, fileWith('port: "7600"\n'))).toThrow(/^port in .*: must be integer, got "7600"/);
    expect(() => loadConfig({}, {}, fileWith('prot: 7600\n'))).toThrow(/prot/);
    expect(() => loadConfig({}, {}, fileWith('a: [\n'))).toThrow(/line 2/);
  });

  it('never shows a Redis address, which can hold a password', () => {
    expect(() => loadConfig({ REDIS_URL: 'http://user:hunter2@host' })).toThrow(/^REDIS_URL: (?!.*hunter2)/);
  });

  it('shows no secret that was put where its reference belongs, nor one in an address', () => {
    const settings = [
      'ADMIN_TOKEN',
      'TOKEN',
      'WEBHOOK_SECRET',
      'FRR_PASSWORD',
      'DISCOVERY_CREDENTIALS',
      'TRAP_CREDENTIALS',
    ];
    for (const name of [...settings, 'WEBHOOK_URL', 'HISTORY_URL', 'REDIS_URL']) {
      const variable = `DETOUR_${name}`;
      let message = '';
      try {
        loadConfig({ [variable]: 'ftp://anna:hunter2@host/' });
      } catch (error) {
        message = JSON.stringify([(error as Error).message, error]);
      }
      expect([variable, message]).toEqual([variable, expect.stringContaining(variable)]);
      expect([variable, message]).toEqual([variable, expect.not.stringContaining('hunter2')]);
    }
  });

  it('splits lists', () => {
    expect(loadConfig({ DETOUR_ROLES: 'score, api' }).roles).toEqual(['score', 'api']);
  });
});
