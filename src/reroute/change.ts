import { type Static, Type } from 'typebox';
import { indexNetwork, type NetworkIndex } from '../../topology/model.ts';
import { DetourError } from '../core/errors.ts';
import { type Direction, parseArcId } from '../core/ids.ts';
import type { LinkState } from '../health/link-state.ts';
import { compileGraph } from '../twin/compiled.ts';
import { buildGraph } from '../twin/graph.ts';
import { drainedState } from './drained-state.ts';
import { ArcSelector } from './engine/select.ts';
import type { DemandSet, PlanInput } from './plan.ts';
import { networkHashOf } from './snapshot.ts';

const MAX_IDS = 1000;
const Ids = (description: string) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { maxItems: MAX_IDS, description }));
const Factor = Type.Number({ minimum: 0, maximum: 1000 });

/** What is imagined to be different from now. */
export const ChangeSchema = Type.Object(
  {
    fail: Ids('links, nodes or shared-risk groups that are gone'),
    drain: Ids('links, nodes, shared-risk groups or single arcs that traffic should leave'),
    capacityBps: Type.Optional(
      Type.Record(Type.String(), Type.Number({ exclusiveMinimum: 0, maximum: 1e18 }), {
        maxProperties: MAX_IDS,
        description: 'link id: capacity of both directions, bit/s',
      }),
    ),
    scale: Type.Optional(
      Type.Union([Factor, Type.Record(Type.String(), Factor, { maxProperties: 100_000 })], {
        description: 'a factor for all demands, or one per demand id',
      }),
    ),
  },
  { additionalProperties: false },
);
export type Change = Static<typeof ChangeSchema>;

/** A network with everything that a plan of it is made from. */
export interface Situation {
  readonly network: NetworkIndex;
  readonly input: PlanInput;
}

export interface Changed extends Situation {
  /** Links that the change takes away, and arcs that it drains, by id. */
  readonly failedLinks: readonly string[];
  readonly drainedArcs: readonly string[];
}

/**
 * The situation as it would be. Loads and what follows from them are left as measured: `remeasured` sees to them.
 * Throws INVALID_INPUT for an id that the network or the demands do not have, naming field and id.
 */
export function withChange({ network, input }: Situation, change: Change): Changed {
  const graph = compileGraph(buildGraph(network.network));
  const selector = new ArcSelector(network.network, graph);
  const failedLinks = selector.links(change.fail ?? [], 'fail');
  const drained = selector.arcs(change.drain ?? [], 'drain');
  const drainedArcs = graph.arcIds.filter((_id, arc) => drained[arc]);
  const other = withCapacities(network, change.capacityBps ?? {});
  const failed = new Set(failedLinks);
  const directions = byLink(drainedArcs);
  const links = input.links.map((measured) => {
    const state = change.capacityBps?.[measured.linkId] === undefined ? measured : withoutCapacities(measured);
    if (failed.has(state.linkId)) return failedState(state, input.atMs);
    const leaving = directions.get(state.linkId);
    const about = { atMs: input.atMs, sinceMs: input.atMs, text: 'what if it were drained' };
    return leaving ? drainedState(state, leaving, about) : state;
  });
  const demands = scaled(input.demands, change.scale ?? 1);
  return {
    network: other,
    input: { ...input, links, demands, networkHash: networkHashOf(other) },
    failedLinks,
    drainedArcs,
  };
}

function byLink(arcs: readonly string[]): Map<string, Direction[]> {
  const directions = new Map<string, Direction[]>();
  for (const id of arcs) {
    const arc = parseArcId(id);
    if (arc) directions.set(arc.linkId, [...(directions.get(arc.linkId) ?? []), arc.direction]);
  }
  return directions;
}

function withCapacities(index: NetworkIndex, capacityBps: Readonly<Record<string, number>>): NetworkIndex {
  const { network } = index;
  const wanted = new Map(Object.entries(capacityBps));
  if (wanted.size === 0) return index;
  const known = new Set(network.links.map(({ id }) => id));
  for (const id of wanted.keys()) if (!known.has(id)) throw unknown('capacityBps', 'link', id);
  const links = network.links.map((link) => {
    const bps = wanted.get(link.id);
    return bps === undefined ? link : { ...link, capacityBps: { az: bps, za: bps } };
  });
  return indexNetwork({ ...network, links });
}

/** A capacity that is imagined holds, whatever the aggregate has now. */
function withoutCapacities(state: LinkState): LinkState {
  const { capacityBps: _az, ...az } = state.arcs.az;
  const { capacityBps: _za, ...za } = state.arcs.za;
  return { ...state, arcs: { az, za } };
}

function scaled(set: DemandSet, scale: NonNullable<Change['scale']>): DemandSet {
  const factors = typeof scale === 'number' ? null : new Map(Object.entries(scale));
  const known = new Set(factors ? set.demands.map(({ id }) => id) : []);
  for (const id of factors?.keys() ?? []) if (!known.has(id)) throw unknown('scale', 'demand', id);
  const factorOf = (id: string): number => (typeof scale === 'number' ? scale : (factors?.get(id) ?? 1));
  return { ...set, demands: set.demands.map((demand) => ({ ...demand, bps: demand.bps * factorOf(demand.id) })) };
}

function unknown(field: string, what: string, id: string): DetourError {
  return new DetourError('INVALID_INPUT', `${field}: there is no ${what} "${id}"`, { field, value: id });
}

/** A link that is closed already stays as it is: it cannot fail again. */
function failedState(state: LinkState, atMs: number): LinkState {
  if (state.state === 'down' || state.adminDown) return state;
  const text = 'what if it failed';
  const status = { part: 'status', level: 'down', arc: null, points: 100, value: null, threshold: null } as const;
  const heard = { atMs: state.atMs ?? atMs, receivedAtMs: state.receivedAtMs ?? atMs };
  return {
    ...state,
    ...heard,
    state: 'down',
    score: 0,
    sinceMs: atMs,
    parts: [{ ...status, sinceMs: atMs, text }],
    reason: text,
  };
}
