import { DetourError } from '../../src/core/errors.ts';
import { fibreLatencyMs } from '../geo.ts';
import type { Demand } from '../model.ts';
import { DEMANDS_FORMAT, validateDemands } from './detour-demands.ts';
import { NETWORK_FORMAT, type ValidatedNetwork, validateNetwork } from './detour-network.ts';
import { DEFAULT_LATENCY_MS } from './import-options.ts';
import { MAX_LINKS } from './network-links.ts';
import { MAX_NODES } from './network-nodes.ts';

/** The texts of an ARROW folder. */
export interface B4Files {
  /** `IP_nodes.txt`: a heading, then one name a line. */
  readonly nodes: string;
  /** `IP_topo_1.txt`: a heading, then src, dst, index, capacity (wavelengths), fibres, wavelengths, failure. */
  readonly links: string;
  /** `optical_topo.txt`: a heading, then to, from, metric (km), failure. */
  readonly fibres: string;
  /** `demand.txt`: one traffic matrix a line, Mbit/s, source by source; null where it is missing. */
  readonly demands: string | null;
}

export interface B4Network extends ValidatedNetwork {
  readonly matrices: readonly (readonly Demand[])[];
}

/** Bit/s of a wavelength, the unit of capacities (ARROW, SIGCOMM 2021). */
const WAVELENGTH_BPS = 100e9;
const BPS_PER_UNIT = 1e6;
const MAX_FIBRES = 1_000_000;
const MAX_MATRICES = 100_000;

interface Row {
  readonly words: readonly string[];
  readonly line: number;
}

interface Fibre {
  /** Both directions of a fibre pair are cut together. */
  readonly srlg: string;
  readonly km: number;
}

interface IpArc {
  readonly source: string;
  readonly target: string;
  readonly index: string;
  readonly bps: number;
  readonly fibres: readonly Fibre[];
}

/**
 * Reads a network as the ARROW project publishes Google's B4: IP links over fibres, which become its shared-risk
 * groups. Throws INVALID_NETWORK or INVALID_DEMANDS, naming file and line.
 */
export function readB4(files: B4Files, options: { readonly name: string }): B4Network {
  const nodes = rows(files.nodes, 'IP_nodes.txt', 1, MAX_NODES).map(({ words }) => words[0] as string);
  const fibres = rows(files.fibres, 'optical_topo.txt', 3, MAX_FIBRES).map((row) => readFibre(row, nodes));
  const arcs = rows(files.links, 'IP_topo_1.txt', 5, 2 * MAX_LINKS).map((row) => readArc(row, nodes, fibres));
  const place = new Map(arcs.map((arc, at) => [arcKey(arc.source, arc.target, arc.index), at]));
  const oppositeOf = (arc: IpArc) => place.get(arcKey(arc.target, arc.source, arc.index));
  const { network, warnings } = validateNetwork({
    format: NETWORK_FORMAT,
    name: options.name,
    nodes: nodes.map((id) => ({ id })),
    // Of two arcs that make a link the one that the file lists first.
    links: arcs
      .filter((arc, at) => (oppositeOf(arc) ?? at) >= at)
      .map((arc) => linkOf(arc, arcs[oppositeOf(arc) ?? -1] ?? arc)),
  });
  const lines = files.demands === null ? [] : files.demands.split('\n').filter((line) => line.trim() !== '');
  if (lines.length > MAX_MATRICES) fault('demand.txt', MAX_MATRICES + 1, `more than ${MAX_MATRICES} matrices`);
  const matrices = lines.map(
    (line, at) => validateDemands({ format: DEMANDS_FORMAT, demands: matrix(line, at + 1, nodes) }, network).demands,
  );
  return { network, matrices, warnings };
}

function linkOf(arc: IpArc, opposite: IpArc): Record<string, unknown> {
  const km = arc.fibres.reduce((sum, fibre) => sum + fibre.km, 0);
  return {
    id: `${arc.source}-${arc.target}-${arc.index}`,
    a: arc.source,
    z: arc.target,
    capacityBps: { az: arc.bps, za: opposite.bps },
    latencyMs: km > 0 ? fibreLatencyMs(km) : DEFAULT_LATENCY_MS,
    srlgs: [...new Set([...arc.fibres, ...opposite.fibres].map((fibre) => fibre.srlg))],
  };
}

function readFibre({ words, line }: Row, nodes: readonly string[]): Fibre {
  const ends = words.slice(0, 2).map((word) => nodeOf(word, nodes, 'optical_topo.txt', line));
  return { srlg: `fibre ${ends.sort().join('-')}`, km: amount(words[2], 'metric', 'optical_topo.txt', line) };
}

function readArc({ words, line }: Row, nodes: readonly string[], fibres: readonly Fibre[]): IpArc {
  const file = 'IP_topo_1.txt';
  const over = (words[4] as string).replace(/[[\]]/g, '').split(',').filter(Boolean);
  const bps = amount(words[3], 'capacity', file, line) * WAVELENGTH_BPS;
  if (bps === 0) fault(file, line, 'capacity must be > 0');
  return {
    source: nodeOf(words[0], nodes, file, line),
    target: nodeOf(words[1], nodes, file, line),
    index: words[2] as string,
    bps,
    fibres: over.map((word) => fibres[Number(word) - 1] ?? fault(file, line, `there is no fibre ${word.slice(0, 20)}`)),
  };
}

/** Nodes are called by their position, from 1. */
function nodeOf(word: string | undefined, nodes: readonly string[], file: string, line: number): string {
  return nodes[Number(word) - 1] ?? fault(file, line, `there is no node ${(word ?? '').slice(0, 20)}`);
}

function matrix(text: string, line: number, nodes: readonly string[]): Record<string, unknown>[] {
  const values = text.trim().split(/\s+/);
  if (values.length !== nodes.length ** 2) {
    fault('demand.txt', line, `must have ${nodes.length ** 2} values, has ${values.length}`, 'INVALID_DEMANDS');
  }
  return values.flatMap((word, at) => {
    const source = nodes[Math.floor(at / nodes.length)] as string;
    const target = nodes[at % nodes.length] as string;
    const bps = amount(word, 'demand', 'demand.txt', line) * BPS_PER_UNIT;
    return source === target || bps === 0 ? [] : [{ id: `${source}>${target}`, source, target, bps }];
  });
}

function amount(word: string | undefined, what: string, file: string, line: number): number {
  const value = Number(word ?? '');
  if (word === undefined || word === '' || !Number.isFinite(value) || value < 0) {
    fault(file, line, `${what} must be a number >= 0, got "${(word ?? '').slice(0, 20)}"`);
  }
  return value;
}

function arcKey(source: string, target: string, index: string): string {
  return JSON.stringify([source, target, index]);
}

/** Lines after the heading, as words. */
function rows(text: string, file: string, least: number, most: number): Row[] {
  const found: Row[] = [];
  for (const [at, content] of text.split('\n').entries()) {
    const words = content.trim().split(/\s+/);
    if (at === 0 || words[0] === '') continue;
    if (words.length < least) fault(file, at + 1, `must have ${least} columns, has ${words.length}`);
    if (found.length >= most) fault(file, at + 1, `more than ${most} lines`);
    found.push({ words, line: at + 1 });
  }
  return found;
}

function fault(
  file: string,
  line: number,
  what: string,
  key: 'INVALID_NETWORK' | 'INVALID_DEMANDS' = 'INVALID_NETWORK',
): never {
  throw new DetourError(key, `${file}, line ${line}: ${what}`, { field: file });
}
