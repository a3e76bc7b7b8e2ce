import { appendFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { presentRisk } from '../../src/main/models.ts';
import { ModelRegistry } from '../../src/predict/registry/registry.ts';
import { saveModel, smallModel } from '../predict/live/risk-model.ts';
import { tempDir } from '../support/temp-dir.ts';

const model = smallModel();

/** A registry whose present model is risk-1, and which risk-0 ships with. */
function registryOf() {
  const root = tempDir();
  const place = { folder: join(root, 'models'), shippedFolder: join(root, 'shipped') };
  saveModel(new ModelRegistry({ folder: place.shippedFolder }), 'risk-0', model);
  const registry = new ModelRegistry(place);
  saveModel(registry, 'risk-1', model);
  registry.promote('risk', 'risk-1');
  const told: (readonly [string, string | null])[] = [];
  return { ...place, registry, told, read: () => presentRisk(registry, (...about) => told.push(about)) };
}

describe('the present risk model', () => {
  it('is the one that was promoted', () => {
    const { read, told } = registryOf();
    expect(read().id).toBe('risk-1');
    expect(told).toEqual([]);
  });

  it.each([
    ['is damaged', (file: string) => appendFileSync(file, ' '), /is damaged/],
    ['was cut off', (file: string) => truncateSync(file, 100), /is damaged/],
    ['is missing', (file: string) => rmSync(file), /model.json cannot be read/],
  ])('is the one that ships where its file %s, and says so', (_what, spoil, words) => {
    const { folder, shippedFolder, read, told } = registryOf();
    spoil(join(folder, 'risk', 'risk-1', 'model.json'));
    expect(read().id).toBe('risk-0');
    expect(told).toEqual([[expect.stringMatching(words), 'risk-0']]);
    spoil(join(shippedFolder, 'risk', 'risk-0', 'model.json'));
    expect(read).toThrow(words);
    expect(told.at(-1)).toEqual([expect.stringMatching(words), null]);
  });

  it('is the one that ships where nobody can tell which one was promoted', () => {
    const { folder, read } = registryOf();
    writeFileSync(join(folder, 'pointers.json'), '{"risk":');
    expect(read().id).toBe('risk-0');
  });
});
