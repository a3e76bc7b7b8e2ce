import { DetourError } from '../../src/core/errors.ts';
import type { Demand } from '../model.ts';
import { DEMANDS_FORMAT, validateDemands } from './detour-demands.ts';
import { NETWORK_FORMAT, validateNetwork } from './detour-network.ts';
import {
  DEFAULT_CAPACITY_BPS,
  DEFAULT_LATENCY_MS,
  type ImportedNetwork,
  type ImportOptions,
} from './import-options.ts';

/** What both forms of SNDlib's network files say (Orlowski, Pioro, Tomaszewski, Wessaely: SNDlib 1.0, 2007). */
export interface SndlibFile {
  /** Unit of capacities and demands, `MBITPERSEC`; null where the file does not say. */
  unit: string | null;
  /** Whether coordinates are degrees; null where the file does not say. */
  isGeographic: boolean | null;
  readonly nodes: SndlibNode[];
  readonly links: SndlibLink[];
  readonly demands: SndlibDemand[];
}

interface Numbered {
  readonly id: string;
  /** Line of the file, from 1. */
  readonly line: number;
}

export interface SndlibNode extends Numbered {
  readonly x: number | null;
  readonly y: number | null;
}

export interface SndlibLink extends Numbered {
  readonly source: string;
  readonly target: string;
  /** Capacity that is there already; 0 where the network is to be built. */
  readonly installed: number;
  /** Capacities of the modules that may be added. */
  readonly modules: readonly number[];
}

export interface SndlibDemand extends Numbered {
  readonly source: string;
  readonly target: string;
  readonly value: number;
}

const BPS_OF_UNIT: Readonly<Record<string, number>> = {
  BITPERSEC: 1,
  KBITPERSEC: 1e3,
  MBITPERSEC: 1e6,
  GBITPERSEC: 1e9,
  TBITPERSEC: 1e12,
};
const BPS_OF_UNKNOWN_UNIT = 1e6;

/**
 * Network and demands of an SNDlib instance. Links are taken as undirected. A link has its installed capacity; where
 * nothing is installed (a planning problem) one module of the largest kind; else the default. Admissible paths and
 * costs are ignored. Coordinates that are no degrees are left out. Throws INVALID_NETWORK with the line.
 */
export function sndlibNetwork(file: SndlibFile, options: ImportOptions): ImportedNetwork {
  assertEnds(file);
  const bps = bpsOfUnit(file.unit);
  const isGeographic = file.isGeographic ?? file.nodes.every(isPlaced);
  const placed = new Set(file.nodes.filter((node) => isGeographic && isPlaced(node)).map(({ id }) => id));
  const { network, warnings } = validateNetwork({
    format: NETWORK_FORMAT,
    name: options.name,
    nodes: file.nodes.map((node) => ({ id: node.id, ...(placed.has(node.id) ? { lat: node.y, lon: node.x } : {}) })),
    links: file.links.map((link) => {
      const isLong = placed.has(link.source) && placed.has(link.target);
      return {
        id: link.id,
        a: link.source,
        z: link.target,
        capacityBps: capacityOf(link) * bps || (options.defaultCapacityBps ?? DEFAULT_CAPACITY_BPS),
        ...(isLong ? {} : { latencyMs: options.defaultLatencyMs ?? DEFAULT_LATENCY_MS }),
      };
    }),
  });
  const demands = demandsOf(file, bps, network);
  return { network, demands, warnings: [...warnings, ...oddities(file, placed.size)] };
}

function demandsOf(file: SndlibFile, bps: number, network: ImportedNetwork['network']): readonly Demand[] {
  const demands = file.demands
    .filter(({ source, target }) => source !== target)
    .map(({ id, source, target, value }) => ({ id, source, target, bps: value * bps }));
  return validateDemands({ format: DEMANDS_FORMAT, demands }, network).demands;
}

function oddities(file: SndlibFile, placed: number): string[] {
  const module = file.links.filter((link) => link.installed === 0 && link.modules.some((size) => size > 0)).length;
  const none = file.links.filter((link) => capacityOf(link) === 0).length;
  const unit = file.unit !== null && !(unitKey(file.unit) in BPS_OF_UNIT);
  return [
    ...(file.unit === null || unit ? ['capacities and demands have no known unit; taken for Mbit/s'] : []),
    ...(module > 0 ? [`links with nothing installed: ${module}; given one module of the largest kind`] : []),
    ...(none > 0 ? [`links without any capacity: ${none}; given the default`] : []),
    ...(placed === 0 ? ['coordinates are no degrees and were left out'] : []),
  ];
}

function unitKey(unit: string): string {
  return unit.replace(/[^A-Za-z]/g, '').toUpperCase();
}

function bpsOfUnit(unit: string | null): number {
  const key = unitKey(unit ?? '');
  return Object.hasOwn(BPS_OF_UNIT, key) ? (BPS_OF_UNIT[key] as number) : BPS_OF_UNKNOWN_UNIT;
}

function capacityOf(link: SndlibLink): number {
  return link.installed > 0 ? link.installed : link.modules.reduce((most, size) => Math.max(most, size), 0);
}

function isPlaced({ x, y }: SndlibNode): boolean {
  return x !== null && y !== null && Math.abs(x) <= 180 && Math.abs(y) <= 90;
}

/** Here and not later: only here the lines are known. */
function assertEnds(file: SndlibFile): void {
  assertUnique('node', file.nodes);
  assertUnique('link', file.links);
  assertUnique('demand', file.demands);
  const nodes = new Set(file.nodes.map(({ id }) => id));
  const check = (kind: string, { id, line, source, target }: SndlibLink | SndlibDemand): void => {
    for (const [name, end] of [
      ['source', source],
      ['target', target],
    ] as const) {
      if (!nodes.has(end)) fault(line, `${kind} "${shown(id)}": ${name} "${shown(end)}" is not a node of this file`);
    }
  };
  for (const link of file.links) {
    check('link', link);
    if (link.source === link.target) fault(link.line, `link "${shown(link.id)}" is a self-loop`);
  }
  for (const demand of file.demands) check('demand', demand);
}

function assertUnique(kind: string, items: readonly Numbered[]): void {
  const lines = new Map<string, number>();
  for (const { id, line } of items) {
    const first = lines.get(id);
    if (first !== undefined) fault(line, `${kind} "${shown(id)}" is there twice, first in line ${first}`);
    lines.set(id, line);
  }
}

/** Reads a figure that must be a number >= 0. */
export function amount(text: string, what: string, line: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    fault(line, `${what} must be a number >= 0, got "${shown(text)}"`);
  }
  return value + 0;
}

export function coordinate(text: string, line: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) fault(line, `coordinate must be a number, got "${shown(text)}"`);
  return value;
}

export function fault(line: number, what: string): never {
  throw new DetourError('INVALID_NETWORK', `line ${line}: ${what}`, { field: `line ${line}` });
}

function shown(text: string): string {
  return text.slice(0, 60);
}
