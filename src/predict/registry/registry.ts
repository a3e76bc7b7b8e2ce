import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { DetourError, messageOf } from '../../core/errors.ts';
import { PACKAGE_ROOT } from '../../core/paths.ts';
import { compileSchema, nullable } from '../../core/schema.ts';
import { MODEL_ID_PATTERN, MODEL_KINDS, type ModelCard, type ModelKind, modelCard } from './card.ts';
import { putFolder, sha256, writeWhole } from './files.ts';

/** Models that come with the project; they are read, never written. */
export const SHIPPED_MODELS = join(PACKAGE_ROOT, 'src', 'predict', 'shipped');

const CARD = 'card.json';
export const MODEL_FILE = 'model.json';
export const ONNX_FILE = 'model.onnx';
export const CALIBRATION_FILE = 'calibration.svg';

const Id = nullable(Type.String({ pattern: MODEL_ID_PATTERN }));
/** Which model of a kind answers, which only watches, and which answered before. */
const PointersSchema = Type.Object({ present: Id, shadow: Id, previous: Id });
export type Pointers = Static<typeof PointersSchema>;
const allPointers = compileSchema(Type.Record(Type.String(), PointersSchema), 'MODEL');
const NOWHERE: Pointers = { present: null, shadow: null, previous: null };

/** A model's files, checked against its card. */
export interface StoredModel {
  readonly card: ModelCard;
  /** Throws MODEL where the file is missing or is not the one the card names. */
  read(file: string): Uint8Array;
}

export interface RegistryOptions {
  /** Where models of this installation are: `<data folder>/models`. */
  readonly folder: string;
  readonly shippedFolder?: string;
}

/**
 * Models in folders of their own, `<folder>/<kind>/<id>/`, each with its card, and one file that says which is in use.
 * Every write is atomic, and every file is checked against the hash in the card before it is used: a model that is
 * damaged must not answer. Several processes may read; whoever promotes is a command or the one that trains.
 */
export class ModelRegistry {
  readonly #folder: string;
  readonly #shippedFolder: string;

  constructor({ folder, shippedFolder = SHIPPED_MODELS }: RegistryOptions) {
    this.#folder = folder;
    this.#shippedFolder = shippedFolder;
  }

  /** Cards of all models that can be read, newest first. */
  cards(kind?: ModelKind): ModelCard[] {
    const kinds = kind === undefined ? MODEL_KINDS : [kind];
    const found = kinds.flatMap((each) =>
      this.#idsOf(each).flatMap((id) => cardOrNone(this.#folderOf(each, id) ?? '', each, id)),
    );
    return found.sort((x, y) => y.trainedAtMs - x.trainedAtMs || (x.id < y.id ? -1 : 1));
  }

  /** @throws DetourError NOT_FOUND, MODEL */
  open(kind: ModelKind, id: string): StoredModel {
    const folder = this.#folderOf(kind, id);
    if (folder === null) {
      throw new DetourError('NOT_FOUND', `there is no ${kind} model ${id}`, { field: 'id', value: id });
    }
    const card = readCard(folder, kind, id);
    return { card, read: (file) => readChecked(folder, card, file) };
  }

  /** The model of any kind with this id. @throws DetourError NOT_FOUND, MODEL */
  find(id: string): StoredModel {
    const kind = MODEL_KINDS.find((each) => this.#folderOf(each, id) !== null);
    if (kind === undefined) throw new DetourError('NOT_FOUND', `there is no model ${id}`, { field: 'id', value: id });
    return this.open(kind, id);
  }

  /** Which model is which; before anything was promoted the one that ships is present. @throws DetourError MODEL */
  pointers(kind: ModelKind): Pointers {
    const kept = this.#readPointers()[kind] ?? NOWHERE;
    return { ...kept, present: kept.present ?? this.shipped(kind) };
  }

  /** The model that ships, the newest by its card where there are several; null where none does. */
  shipped(kind: ModelKind): string | null {
    const root = join(this.#shippedFolder, kind);
    const cards = foldersIn(root).flatMap((id) => cardOrNone(join(root, id), kind, id));
    return cards.sort((x, y) => x.trainedAtMs - y.trainedAtMs).at(-1)?.id ?? foldersIn(root).at(-1) ?? null;
  }

  /** Writes a model; it is in use only once it is promoted. Its card gets the hashes of the files. */
  save(card: Omit<ModelCard, 'files'>, files: Readonly<Record<string, Uint8Array>>): ModelCard {
    const path = join(this.#folder, card.kind, card.id);
    if (this.#folderOf(card.kind, card.id) !== null) {
      throw new DetourError('CONFLICT', `there is a model ${card.id} already`, { field: 'id', value: card.id });
    }
    const hashes = Object.fromEntries(Object.entries(files).map(([name, content]) => [name, sha256(content)]));
    const whole = modelCard.parse({ ...card, files: hashes });
    putFolder(path, (folder) => {
      for (const [name, content] of Object.entries(files)) writeWhole(join(folder, name), content);
      writeWhole(join(folder, CARD), `${JSON.stringify(whole, null, 2)}\n`);
    });
    return whole;
  }

  /** Lets a model answer from now on; the one that did is kept as the previous one. */
  promote(kind: ModelKind, id: string): Pointers {
    this.open(kind, id);
    const { present, shadow, previous } = this.pointers(kind);
    if (present === id) return { present, shadow, previous };
    return this.#point(kind, { present: id, previous: present, shadow: shadow === id ? null : shadow });
  }

  /**
   * Lets a model watch: it predicts beside the present one, and nobody but the judge sees it. Null: none does.
   *
   * @throws DetourError CONFLICT for the present one, which would be judged twice
   */
  shadow(kind: ModelKind, id: string | null): Pointers {
    if (id !== null) this.open(kind, id);
    const pointers = this.pointers(kind);
    if (id !== null && id === pointers.present) {
      throw new DetourError('CONFLICT', `${id} is the ${kind} model that answers: it is judged already`, {
        field: 'id',
      });
    }
    return this.#point(kind, { ...pointers, shadow: id });
  }

  /** Back to the model that answered before. @throws DetourError CONFLICT where there was none */
  rollBack(kind: ModelKind): Pointers {
    const { present, previous, shadow } = this.pointers(kind);
    if (previous === null) {
      throw new DetourError('CONFLICT', `no ${kind} model answered before ${present ?? 'this one'}`, { field: 'kind' });
    }
    this.open(kind, previous);
    return this.#point(kind, { present: previous, previous: present, shadow: shadow === previous ? null : shadow });
  }

  #point(kind: ModelKind, pointers: Pointers): Pointers {
    const all = { ...this.#readPointers(), [kind]: pointers };
    writeWhole(this.#pointersFile, `${JSON.stringify(all, null, 2)}\n`);
    return pointers;
  }

  get #pointersFile(): string {
    return join(this.#folder, 'pointers.json');
  }

  #readPointers(): Record<string, Pointers> {
    if (!existsSync(this.#pointersFile)) return {};
    try {
      return allPointers.parse(JSON.parse(readFileSync(this.#pointersFile, 'utf8')));
    } catch (cause) {
      throw new DetourError('MODEL', `${this.#pointersFile}: cannot be read: ${messageOf(cause)}`, {
        hint: `choose a model again with 'detour models promote'; the broken file can be deleted`,
        cause,
      });
    }
  }

  #idsOf(kind: ModelKind): string[] {
    return [...new Set([this.#folder, this.#shippedFolder].flatMap((root) => foldersIn(join(root, kind))))];
  }

  /** One's own goes before one that ships under the same id. */
  #folderOf(kind: ModelKind, id: string): string | null {
    if (!new RegExp(MODEL_ID_PATTERN).test(id)) return null;
    const places = [this.#folder, this.#shippedFolder].map((root) => join(root, kind, id));
    return places.find((folder) => existsSync(folder)) ?? null;
  }
}

function foldersIn(path: string): string[] {
  if (!existsSync(path)) return [];
  const names = readdirSync(path, { withFileTypes: true });
  return names.filter((each) => each.isDirectory() && new RegExp(MODEL_ID_PATTERN).test(each.name)).map(nameOf);
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function cardOrNone(folder: string, kind: ModelKind, id: string): ModelCard[] {
  try {
    return [readCard(folder, kind, id)];
  } catch {
    return [];
  }
}

function readCard(folder: string, kind: ModelKind, id: string): ModelCard {
  try {
    const card = modelCard.parse(JSON.parse(readFileSync(join(folder, CARD), 'utf8')));
    if (card.id !== id || card.kind !== kind) throw new Error(`it is the card of ${card.kind} model ${card.id}`);
    return card;
  } catch (cause) {
    throw unusable(id, `its card cannot be read: ${messageOf(cause)}`, cause);
  }
}

function readChecked(folder: string, card: ModelCard, file: string): Uint8Array {
  const expected = card.files[file];
  if (expected === undefined) throw unusable(card.id, `its card names no ${file}`);
  let content: Uint8Array;
  try {
    content = readFileSync(join(folder, file));
  } catch (cause) {
    throw unusable(card.id, `${file} cannot be read: ${messageOf(cause)}`, cause);
  }
  if (sha256(content) !== expected) throw unusable(card.id, `${file} is not the file that was trained: it is damaged`);
  return content;
}

function unusable(id: string, why: string, cause?: unknown): DetourError {
  return new DetourError('MODEL', `model ${id} cannot be used: ${why}`, {
    hint: `roll back with 'detour models rollback', or train a new one with 'detour train'`,
    ...(cause === undefined ? {} : { cause }),
  });
}
