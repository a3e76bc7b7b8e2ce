import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DetourError } from '../../src/core/errors.ts';
import { loadDemands, loadNetwork, shippedNetworks } from '../../topology/files.ts';
import { validNetworkJson } from './networks.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'detour-files-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function failure(loading: Promise<unknown>): Promise<DetourError> {
  const error = await loading.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DetourError);
  const failed = error as DetourError;
  expect(failed.line).not.toContain('\n');
  return failed;
}

describe('loading a network', () => {
  it('finds every shipped one by its name, and it has no warnings', async () => {
    const names = await shippedNetworks();
    expect(names).toEqual(['abilene', 'backbone-100', 'nsfnet']);
    for (const name of names) {
      const { network, warnings } = await loadNetwork(name);
      expect(network.name).toBe(name);
      expect(warnings).toEqual([]);
    }
  });

  it('reads a file by its path, with or without a byte order mark', async () => {
    const path = await file('good.json', `\uFEFF${JSON.stringify(validNetworkJson())}`);
    expect((await loadNetwork(path)).network.name).toBe('triangle');
  });

  it('lists the shipped networks when there is none of that name', async () => {
    const error = await failure(loadNetwork('nonesuch'));
    expect(error.line).toBe(
      'DETOUR_ERR_FILE_UNREADABLE: there is no network named "nonesuch", nor a file of that name ' +
        '(shipped networks: abilene, backbone-100, nsfnet)',
    );
  });

  it('says which file it cannot read, and why', async () => {
    const absent = join(folder, 'absent.json');
    expect((await failure(loadNetwork(absent))).message).toBe(`${absent}: cannot be read, there is no such file`);
    expect((await failure(loadNetwork(folder))).message).toBe(`${folder}: cannot be read, it is a folder`);
    expect((await failure(loadNetwork('/dev/null'))).message).toBe('/dev/null: cannot be read, it is not a plain file');
    const binary = await file('binary.json', new Uint8Array([0xff, 0xfe, 0x00]));
    expect((await failure(loadNetwork(binary))).message).toBe(`${binary}: is not UTF-8 text`);
  });

  it('says where the JSON is broken, without repeating it', async () => {
    const path = await file('broken.json', '{\n  "secret": "s3cret",\n  "nodes": [1,]\n}');
    const error = await failure(loadNetwork(path));
    expect(error.code).toBe('DETOUR_ERR_INVALID_NETWORK');
    expect(error.message).toBe(`${path}: is not valid JSON at line 3, column 15`);
    expect(JSON.stringify([error, error.cause])).not.toContain('s3cret');
  });

  it('names file, field and value of what is wrong inside', async () => {
    const json = validNetworkJson();
    Object.assign(json.links[3] as object, { capacityBps: -5 });
    const path = await file('wrong.json', JSON.stringify(json));
    const error = await failure(loadNetwork(path));
    expect(error.message).toBe(`${path}: links[3].capacityBps: must be > 0, got -5`);
    expect(error).toMatchObject({ field: 'links[3].capacityBps', value: -5, code: 'DETOUR_ERR_INVALID_NETWORK' });
  });
});

describe('loading demands', () => {
  it('checks them against the network', async () => {
    const { network } = await loadNetwork('abilene');
    const demand = { id: 'd1', source: 'STTL', target: 'WASH', bps: 2.5e9, class: 'gold' };
    const good = await file('demands.json', JSON.stringify({ format: 'detour-demands/1', demands: [demand] }));
    expect((await loadDemands(good, network)).demands).toEqual([demand]);
    const text = JSON.stringify({ format: 'detour-demands/1', demands: [{ ...demand, target: 'PARI' }] });
    const wrong = await file('wrong-demands.json', text);
    const error = await failure(loadDemands(wrong, network));
    expect(error.code).toBe('DETOUR_ERR_INVALID_DEMANDS');
    expect(error.message).toBe(`${wrong}: demands[0].target: must be the id of a node of the network, got "PARI"`);
  });
});
