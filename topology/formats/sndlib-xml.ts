import { MAX_DEMANDS } from './detour-demands.ts';
import type { ImportedNetwork, ImportOptions } from './import-options.ts';
import { placeOf } from './json.ts';
import { MAX_LINKS } from './network-links.ts';
import { MAX_NODES } from './network-nodes.ts';
import { amount, coordinate, fault, type SndlibFile, sndlibNetwork } from './sndlib.ts';
import { readXml, type XmlEvent } from './xml.ts';

/** A node, link or demand while it is read: texts by the names of the elements above them, `addModule/capacity`. */
interface Entry {
  readonly kind: 'node' | 'link' | 'demand';
  readonly id: string;
  /** Position in the text; lines are counted only when something is wrong or the entry is done. */
  readonly line: number;
  readonly texts: Map<string, string[]>;
}

const LIMITS = { node: MAX_NODES, link: MAX_LINKS, demand: MAX_DEMANDS } as const;
/** What is kept of one text; no figure or name is longer. */
const MAX_TEXT = 1000;
const MAX_MODULES = 10_000;

/** Reads SNDlib's XML network format. Throws INVALID_NETWORK with the line. */
export function readSndlibXml(text: string, options: ImportOptions): ImportedNetwork {
  const reading = new Reading(text);
  for (const event of readXml(text)) {
    if (event.kind === 'text') reading.text(event.text);
    else if (event.kind === 'open') reading.open(event);
    else reading.close();
  }
  return sndlibNetwork(reading.file, options);
}

class Reading {
  readonly file: SndlibFile = { unit: null, isGeographic: null, nodes: [], links: [], demands: [] };
  readonly #lines: LineCounter;
  readonly #path: string[] = [];
  #entry: Entry | null = null;
  #content = '';

  constructor(text: string) {
    this.#lines = new LineCounter(text);
  }

  text(text: string): void {
    this.#content += text.slice(0, Math.max(0, MAX_TEXT - this.#content.length));
  }

  open(event: XmlEvent & { kind: 'open' }): void {
    this.#content = '';
    this.#path.push(event.name);
    if (event.name === 'nodes') this.file.isGeographic = isGeographic(event.attributes.get('coordinatesType'));
    this.#entry ??= opened(event, this.#path, this.#lines);
  }

  close(): void {
    const name = this.#path.pop() as string;
    const parent = this.#path.at(-1);
    if (this.#entry && parent === `${this.#entry.kind}s`) {
      finish(this.#entry, this.file);
      this.#entry = null;
    } else if (this.#entry) note(this.#entry, `${parent}/${name}`, this.#content);
    else if (name === 'unit' && parent === 'meta') this.file.unit = this.#content.trim();
    this.#content = '';
  }
}

function isGeographic(type: string | undefined): boolean | null {
  return type === undefined ? null : type === 'geographical';
}

function opened(event: XmlEvent & { kind: 'open' }, path: readonly string[], lines: LineCounter): Entry | null {
  const { name } = event;
  if (name !== 'node' && name !== 'link' && name !== 'demand') return null;
  if (path.at(-2) !== `${name}s`) return null;
  const line = lines.of(event.at);
  const id = event.attributes.get('id');
  if (id === undefined || id === '') fault(line, `${name} has no id`);
  return { kind: name, id, line, texts: new Map() };
}

function note(entry: Entry, name: string, text: string): void {
  const texts = entry.texts.get(name) ?? [];
  if (texts.length >= MAX_MODULES) fault(entry.line, `more than ${MAX_MODULES} elements ${name}`);
  texts.push(text.trim());
  entry.texts.set(name, texts);
}

function finish({ kind, id, line, texts }: Entry, file: SndlibFile): void {
  const first = (name: string): string | null => texts.get(name)?.[0] ?? null;
  const required = (name: string): string => first(`${kind}/${name}`) ?? fault(line, `${kind} "${id}" has no ${name}`);
  if (file[`${kind}s`].length >= LIMITS[kind]) fault(line, `more than ${LIMITS[kind]} elements "${kind}"`);
  if (kind === 'node') {
    const [x, y] = [first('coordinates/x'), first('coordinates/y')];
    const isWhole = x !== null && y !== null;
    file.nodes.push({ id, line, x: isWhole ? coordinate(x, line) : null, y: isWhole ? coordinate(y, line) : null });
    return;
  }
  const [source, target] = [required('source'), required('target')];
  if (kind === 'demand') {
    file.demands.push({ id, line, source, target, value: amount(required('demandValue'), 'demandValue', line) });
    return;
  }
  const installed = amount(first('preInstalledModule/capacity') ?? '0', 'capacity', line);
  const modules = (texts.get('addModule/capacity') ?? []).map((size) => amount(size, 'capacity', line));
  file.links.push({ id, line, source, target, installed, modules });
}

/** Lines of positions that only grow, so that the text is walked once. */
class LineCounter {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  of(position: number): number {
    const { line } = placeOf(this.#text.slice(this.#at, position), position - this.#at);
    this.#line += line - 1;
    this.#at = position;
    return this.#line;
  }
}
