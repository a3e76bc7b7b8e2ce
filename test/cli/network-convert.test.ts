import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bitRate } from '../../src/cli/network-convert.ts';
import { runProgram } from '../../src/cli/program.ts';
import { loadDemands, loadNetwork } from '../../topology/files.ts';

const NATIVE = `?SNDlib native format; type: network; version: 1.0
NODES ( A ( 5.9 51.9 ) B ( 4.7 51.5 ) )
LINKS ( L1 ( A B ) 0.00 0.00 0.00 0.00 ( ) )
DEMANDS ( D1 ( A B ) 1 250.00 UNLIMITED )
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'detour-convert-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const code = await runProgram(['node', 'detour', 'network', ...words]);
    const text = (spy: typeof out) => spy.mock.calls.map(([chunk]) => String(chunk)).join('');
    return { code, out: text(out), err: text(err) };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

describe('detour network import', () => {
  it('writes network and demands files that load', async () => {
    const [file, out, demandsOut] = ['towns.txt', 'towns.json', 'demands.json'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await writeFile(file, NATIVE);
    const words = ['import', file, '--capacity', '10G', '--out', out, '--demands-out', demandsOut, '--json'];
    const { code, out: said } = await run(...words);
    expect(code).toBe(0);
    expect(JSON.parse(said)).toMatchObject({ format: 'sndlib-native', nodes: 2, links: 1, traffic: { demands: 1 } });
    const { network } = await loadNetwork(out);
    expect([network.name, network.links[0]?.capacityBps.az]).toEqual(['towns', 10e9]);
    expect((await loadDemands(demandsOut, network)).demands[0]?.bps).toBe(250e6);
  });

  it('exits with 2 and one line for what is wrong', async () => {
    const file = join(folder, 'wrong.txt');
    await writeFile(file, NATIVE.replace('( A B ) 0.00', '( A C ) 0.00'));
    const { code, err } = await run('import', file);
    expect([code, err]).toEqual([
      2,
      `DETOUR_ERR_INVALID_NETWORK: ${file}: line 3: link "L1": target "C" is not a node of this file\n`,
    ]);
    expect((await run('import', file, '--capacity', 'fast')).code).toBe(2);
    expect((await run('import', join(folder, 'nowhere'))).code).toBe(2);
    expect((await run('import', file, '--name', 'a/b')).code).toBe(2);
  });
});

describe('detour network export', () => {
  it.each(['graphml', 'gexf'] as const)('writes %s that comes back', async (format) => {
    const file = join(folder, `abilene.${format}`);
    expect((await run('export', 'abilene', '--format', format, '--out', file)).code).toBe(0);
    expect((await readFile(file, 'utf8')).length).toBeGreaterThan(1000);
    const { code, out } = await run('import', file, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ format: 'detour-network/1', name: 'abilene' });
  });
});

describe('bit rates', () => {
  it.each([
    ['10G', 10e9],
    ['400M', 400e6],
    ['1.5T', 1.5e12],
    ['1e10', 1e10],
    ['9600', 9600],
  ])('%s', (text, bps) => expect(bitRate(text)).toBe(bps));

  it.each(['', 'G', '-1G', '0', '10GG', '1e30'])('refuses "%s"', (text) =>
    expect(() => bitRate(text)).toThrow('bit rate'),
  );
});
