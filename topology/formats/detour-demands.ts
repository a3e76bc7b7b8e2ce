import type { Demand, Link, Network } from '../model.ts';
import { readDemandPaths } from './demand-paths.ts';
import { FieldReader, isObject } from './fields.ts';
import { Findings } from './findings.ts';

export const DEMANDS_FORMAT = 'detour-demands/1';

export const MAX_DEMANDS = 1_000_000;

const TOP_FIELDS: ReadonlySet<string> = new Set(['format', 'description', 'demands']);
const DEMAND_FIELDS: ReadonlySet<string> = new Set(['id', 'source', 'target', 'bps', 'class', 'paths']);

export interface ValidatedDemands {
  readonly demands: readonly Demand[];
  /** What is odd but can be lived with; bounded. */
  readonly warnings: readonly string[];
}

/**
 * Checks parsed JSON against `detour-demands/1` for this network. Throws InvalidFileError (INVALID_DEMANDS) with all
 * problems found, the first in its message.
 */
export function validateDemands(value: unknown, network: Network): ValidatedDemands {
  const findings = new Findings();
  if (!isObject(value)) {
    findings.problem('', 'must be an object', value);
    findings.assertNone('INVALID_DEMANDS');
  }
  const top = new FieldReader(value as Record<string, unknown>, '', findings);
  if (top.get('format') !== DEMANDS_FORMAT) {
    top.problem('format', `must be "${DEMANDS_FORMAT}"`, top.get('format') ?? undefined);
    findings.assertNone('INVALID_DEMANDS');
  }
  top.noteUnknown(TOP_FIELDS);
  top.text('description', 2000);
  const demands = readDemands(top, {
    nodeIds: new Set(network.nodes.map((node) => node.id)),
    links: new Map(network.links.map((link) => [link.id, link])),
  });
  findings.assertNone('INVALID_DEMANDS');
  return { demands, warnings: findings.warnings() };
}

interface Known {
  readonly nodeIds: ReadonlySet<string>;
  readonly links: ReadonlyMap<string, Link>;
}

function readDemands(top: FieldReader, known: Known): Demand[] {
  const demands: Demand[] = [];
  const places = new Map<string, number>();
  for (const { reader, position } of top.objects('demands', MAX_DEMANDS, true)) {
    const demand = readDemand(reader, known);
    const first = places.get(demand.id);
    if (demand.id !== '' && first !== undefined) {
      reader.problem('id', `must be unique, is also the id of demands[${first}]`, demand.id);
    } else places.set(demand.id, position);
    demands.push(demand);
  }
  return demands;
}

function readDemand(reader: FieldReader, { nodeIds, links }: Known): Demand {
  reader.noteUnknown(DEMAND_FIELDS);
  const id = reader.id('id');
  const source = readNode(reader, 'source', nodeIds);
  const target = readNode(reader, 'target', nodeIds);
  if (source !== '' && source === target) reader.problem('target', 'must be another node than source', target);
  const bps = reader.requiredNumber('bps', { min: 0, max: 1e18 });
  const paths = readDemandPaths(reader, { source, target }, links);
  return { id, source, target, bps, class: reader.text('class', 64), ...(paths ? { paths } : {}) };
}

function readNode(reader: FieldReader, name: 'source' | 'target', nodeIds: ReadonlySet<string>): string {
  const id = reader.id(name);
  if (id === '' || nodeIds.has(id)) return id;
  reader.problem(name, 'must be the id of a node of the network', id);
  return '';
}

/** The demands as a `detour-demands/1` value; `validateDemands` gives the same demands back. */
export function demandsToJson(demands: readonly Demand[]): Record<string, unknown> {
  return {
    format: DEMANDS_FORMAT,
    demands: demands.map(({ class: trafficClass, ...rest }) =>
      trafficClass === null ? rest : { ...rest, class: trafficClass },
    ),
  };
}
