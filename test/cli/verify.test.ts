import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { demandsToJson } from '../../topology/formats/detour-demands.ts';
import { networkToJson } from '../../topology/formats/detour-network.ts';
import { tempDir } from '../support/temp-dir.ts';
import { tunnels } from '../verify/scenarios.ts';

const spoken: string[] = [];
const complaints: string[] = [];

beforeEach(() => {
  spoken.length = 0;
  complaints.length = 0;
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => spoken.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => complaints.push(String(text)) > 0);
  return () => vi.restoreAllMocks();
});

/** Writes the three files and runs `detour verify` on them. */
async function verify(plan: unknown, ...more: string[]): Promise<number> {
  const folder = tempDir('verify');
  const { network, demands } = tunnels();
  const file = (name: string, value: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
    return path;
  };
  const files = [
    '--network',
    file('network.json', networkToJson(network)),
    '--demands',
    file('demands.json', demandsToJson(demands)),
  ];
  return runProgram(['node', 'detour', 'verify', file('plan.json', plan), ...files, ...more]);
}

describe('detour verify', () => {
  it('says of a true plan that it is, check by check, and exits with 0', async () => {
    expect(await verify(tunnels().plan)).toBe(0);
    expect(spoken.join('')).toMatch(/^ok {5}format/);
    expect(spoken.join('')).toContain('the plan is what it says');
  });

  it('names what is wrong and exits with 1', async () => {
    const { plan } = tunnels();
    expect(await verify({ ...plan, steps: plan.steps.toReversed() })).toBe(1);
    expect(spoken.join('')).toMatch(/WRONG {2}order .*l2:az/);
    expect(spoken.join('')).toContain('the plan is not true: order');
  });

  it('gives the verdict as JSON', async () => {
    const { plan } = tunnels();
    expect(await verify({ ...plan, after: { ...plan.after, mlu: 0.1 } }, '--json')).toBe(1);
    const { ok, checks } = JSON.parse(spoken.join('')) as { ok: boolean; checks: { name: string; ok: boolean }[] };
    expect(ok).toBe(false);
    expect(checks.filter((check) => !check.ok).map(({ name }) => name)).toEqual(['after']);
  });

  it('calls a plan with a wrong field untrue, not unreadable', async () => {
    const { plan } = tunnels();
    expect(await verify({ ...plan, bound: { ...plan.bound, gap: -1 } })).toBe(1);
    expect(spoken.join('')).toContain('bound.gap');
  });

  it.each([
    ['no JSON', '{'],
    ['another format', { format: 'detour-network/1' }],
    ['no object', []],
  ])('exits with 2 for %s', async (_what, plan) => {
    expect(await verify(plan)).toBe(2);
    expect(complaints.join('')).toMatch(/^DETOUR_ERR_INVALID_INPUT: .*plan\.json/);
  });

  it('exits with 2 without the file, or without a network', async () => {
    expect(await runProgram(['node', 'detour', 'verify', '/nonexistent/plan.json', '--network', 'abilene'])).toBe(2);
    expect(complaints.join('')).toContain('DETOUR_ERR_FILE_UNREADABLE');
    expect(await runProgram(['node', 'detour', 'verify', 'plan.json'])).toBe(2);
  });
});
