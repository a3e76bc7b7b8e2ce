import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelRegistry } from '../../../src/predict/registry/registry.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { cardOf } from '../live/risk-model.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const FILES = { 'model.json': octets('{"trees":1}'), 'model.onnx': octets('graph') };

function place(): { registry: ModelRegistry; folder: string; shippedFolder: string } {
  const root = tempDir();
  const [folder, shippedFolder] = [join(root, 'models'), join(root, 'shipped')];
  return { registry: new ModelRegistry({ folder, shippedFolder }), folder, shippedFolder };
}

describe('the registry of models', () => {
  it('keeps a model with its card, and leaves nothing half written beside it', () => {
    const { registry, folder } = place();
    expect(registry.cards()).toEqual([]);
    registry.save(cardOf('risk-1'), FILES);
    expect(registry.cards('risk').map(({ id }) => id)).toEqual(['risk-1']);
    const model = registry.open('risk', 'risk-1');
    expect(new TextDecoder().decode(model.read('model.json'))).toBe('{"trees":1}');
    expect(readdirSync(join(folder, 'risk'))).toEqual(['risk-1']);
    expect(readdirSync(join(folder, 'risk', 'risk-1')).sort()).toEqual(['card.json', 'model.json', 'model.onnx']);
    expect(() => registry.save(cardOf('risk-1'), FILES)).toThrow('there is a model risk-1 already');
  });

  it('lets one answer at a time, and goes back to the one before', () => {
    const { registry } = place();
    for (const id of ['risk-1', 'risk-2', 'risk-3']) registry.save(cardOf(id), FILES);
    expect(registry.pointers('risk')).toEqual({ present: null, shadow: null, previous: null });
    expect(() => registry.rollBack('risk')).toThrow('no risk model answered before');
    registry.promote('risk', 'risk-1');
    registry.shadow('risk', 'risk-2');
    registry.promote('risk', 'risk-2');
    expect(registry.pointers('risk')).toEqual({ present: 'risk-2', shadow: null, previous: 'risk-1' });
    registry.promote('risk', 'risk-2');
    expect(registry.pointers('risk').previous).toBe('risk-1');
    expect(registry.rollBack('risk').present).toBe('risk-1');
    expect(registry.rollBack('risk').present).toBe('risk-2');
    expect(registry.pointers('forecast').present).toBeNull();
    expect(() => registry.promote('risk', 'risk-9')).toThrow('there is no risk model risk-9');
    expect(() => registry.shadow('risk', 'risk-2')).toThrow('risk-2 is the risk model that answers');
    expect(registry.shadow('risk', 'risk-3').shadow).toBe('risk-3');
    expect(registry.shadow('risk', null)).toEqual({ present: 'risk-2', shadow: null, previous: 'risk-1' });
  });

  it('answers with the model that ships until another one is promoted', () => {
    const { registry, shippedFolder, folder } = place();
    new ModelRegistry({ folder: shippedFolder }).save(cardOf('shipped-1'), FILES);
    const ship = new ModelRegistry({ folder: shippedFolder, shippedFolder });
    ship.save(cardOf('shipped-2', { trainedAtMs: 1 }), FILES);
    expect(registry.pointers('risk').present).toBe('shipped-1');
    registry.save(cardOf('risk-1'), FILES);
    registry.promote('risk', 'risk-1');
    expect(registry.pointers('risk')).toEqual({ present: 'risk-1', shadow: null, previous: 'shipped-1' });
    expect(registry.rollBack('risk').present).toBe('shipped-1');
    expect(readdirSync(folder).sort()).toEqual(['pointers.json', 'risk']);
  });

  it.each([
    ['a file that was changed', (path: string) => appendFileSync(join(path, 'model.json'), ' '), 'it is damaged'],
    ['a file cut short', (path: string) => writeFileSync(join(path, 'model.json'), ''), 'it is damaged'],
    ['a file that is gone', (path: string) => rmSync(join(path, 'model.json')), 'model.json cannot be read'],
    [
      'a card that is no JSON',
      (path: string) => writeFileSync(join(path, 'card.json'), '{'),
      'its card cannot be read',
    ],
    ['a card of another model', (path: string) => rename(path), 'it is the card of risk model other'],
  ])('refuses %s', (_what, damage, message) => {
    const { registry, folder } = place();
    registry.save(cardOf('risk-1'), FILES);
    damage(join(folder, 'risk', 'risk-1'));
    expect(() => registry.open('risk', 'risk-1').read('model.json')).toThrow(message);
  });

  it('says so when the pointers cannot be read, and ids cannot lead out of the folder', () => {
    const { registry, folder } = place();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'pointers.json'), 'nonsense');
    expect(() => registry.pointers('risk')).toThrow('pointers.json: cannot be read');
    for (const id of ['../risk-1', '..', 'a/b', ''])
      expect(() => registry.open('risk', id)).toThrow('there is no risk model');
  });
});

function rename(path: string): void {
  const card = JSON.parse(readFileSync(join(path, 'card.json'), 'utf8')) as object;
  writeFileSync(join(path, 'card.json'), JSON.stringify({ ...card, id: 'other' }));
}
