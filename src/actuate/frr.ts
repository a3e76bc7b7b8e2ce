import type { NetworkIndex } from '../../topology/model.ts';
import { DetourError } from '../core/errors.ts';
import { parseArcId } from '../core/ids.ts';
import type { Actuator, MetricChange, Observation, Step } from '../reroute/actuator.ts';
import { type ArcInterface, metricCommands } from './metric-commands.ts';
import { requireRealisable, stepKey, summaryOf } from './path-steps.ts';
import type { Pause, RunCommands } from './vty.ts';

export interface FrrOptions {
  readonly network: NetworkIndex;
  readonly run: RunCommands;
  /** Between two costs on the way, ms; tests pass 0. */
  readonly rampMs?: number;
}

/**
 * A cost that jumps makes routers move traffic before their neighbours have; raised in small steps they agree on each
 * (docs/closed-loop.md). Beyond `RAMP_TO` nothing uses the link any more, and the rest is one step.
 */
const RAMP_STEP = 2;
const RAMP_TO = 60;
const RAMP_MS = 80;

/** OSPF costs of FRRouting routers: set gradually, and read back from the routers themselves. */
export function createFrrActuator({ network, run, rampMs = RAMP_MS }: FrrOptions): Actuator {
  const interfaceOf = (arc: string) => locate(network, arc);
  const set = async (metrics: readonly MetricChange[]): Promise<void> => {
    const now = await readCosts(run, metrics, interfaceOf);
    const ways = metrics.map(({ arc, to }, index) => ({ arc, costs: ramp(now[index] ?? to, to) }));
    const scripts = paced(ways, interfaceOf, rampMs);
    await Promise.all([...scripts].map(([target, lines]) => run(target, lines)));
  };
  return {
    name: 'frr',
    realisations: ['metrics'],
    changesNetwork: true,
    plan: (changeId, changes) => {
      requireRealisable('frr', ['metrics'], changes);
      return changes.map((change, index) => ({
        ...change,
        key: stepKey(changeId, index),
        summary: summaryOf(change),
        commands: metricCommands(change.metrics, interfaceOf),
      }));
    },
    apply: ({ metrics }) => set(metrics),
    observe: async (step) => observation(step, await readCosts(run, step.metrics, interfaceOf)),
    destinations: async (nodeIds) => {
      const addressOf = new Map(network.network.nodes.map(({ id, address }) => [id, address]));
      const tables = await Promise.all(
        nodeIds.map(async (id) => [id, await readDestinations(run, addressOf.get(id) ?? null)] as const),
      );
      return new Map(tables.flatMap(([id, prefixes]) => (prefixes === null ? [] : [[id, prefixes] as const])));
    },
    revert: ({ metrics }) => set(metrics.map(({ arc, from, to }) => ({ arc, from: to, to: from }))),
  };
}

/**
 * What is typed into each router: all of its costs turn by turn, in one session. A session for each turn would take as
 * many round trips as there are prompts of a login, and a change that does harm has to be back within seconds.
 */
function paced(
  ways: readonly { readonly arc: string; readonly costs: readonly number[] }[],
  interfaceOf: (arc: string) => ArcInterface,
  pauseMs: number,
): Map<string, (string | Pause)[]> {
  const devices = new Set(ways.map(({ arc }) => interfaceOf(arc).device));
  const scriptOf = (device: string): (string | Pause)[] => {
    const own = ways.flatMap(({ arc, costs }) => {
      const at = interfaceOf(arc);
      return at.device === device ? [{ name: at.interface, costs }] : [];
    });
    const turns = Math.max(0, ...own.map(({ costs }) => costs.length));
    const lines = Array.from({ length: turns }, (_, turn) => [
      ...(turn > 0 ? [{ pauseMs }] : []),
      ...own.flatMap(({ name, costs }) =>
        turn < costs.length ? [`interface ${name}`, `ip ospf cost ${costs[turn]}`] : [],
      ),
    ]);
    return ['configure terminal', ...lines.flat(), 'end'];
  };
  return new Map([...devices].map((device) => [device, scriptOf(device)]));
}

/** The costs on the way from one to another; empty where nothing is to be done. */
export function ramp(from: number, to: number): number[] {
  if (from === to) return [];
  const [low, high] = [Math.min(from, to), Math.max(from, to)];
  const way = [high];
  for (let cost = low + RAMP_STEP; cost < Math.min(high, RAMP_TO); cost += RAMP_STEP) way.push(cost);
  const rising = way.sort((x, y) => x - y);
  return from < to ? rising : [...rising.slice(0, -1).reverse(), to];
}

/** What routers say the costs are, in the order of the metrics; null where one does not say. */
async function readCosts(
  run: RunCommands,
  metrics: readonly MetricChange[],
  interfaceOf: (arc: string) => ArcInterface,
): Promise<(number | null)[]> {
  return Promise.all(
    metrics.map(async ({ arc }) => {
      const { device, interface: name } = interfaceOf(arc);
      return costOf(await run(device, [`show ip ospf interface ${name}`]));
    }),
  );
}

/** `Cost: 10` in what `show ip ospf interface` prints. */
export function costOf(text: string): number | null {
  const found = /\bCost: (\d{1,5})\b/.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

/** Prefixes that a router has a way to by OSPF; null where it does not say, which is told by what it leaves unsaid. */
async function readDestinations(run: RunCommands, address: string | null): Promise<string[] | null> {
  if (address === null) return null;
  const text = await run(address, ['show ip ospf route json']).catch(() => null);
  return text === null ? null : prefixesOf(text);
}

/** The prefixes in what `show ip ospf route json` prints; its other entries are routers. Null where that is no table. */
export function prefixesOf(text: string): string[] | null {
  const [from, to] = [text.indexOf('{'), text.lastIndexOf('}')];
  if (from < 0 || to < from) return null;
  try {
    const table: unknown = JSON.parse(text.slice(from, to + 1));
    if (typeof table !== 'object' || table === null) return null;
    return Object.keys(table)
      .filter((key) => /^[\d.]+\/\d{1,2}$/.test(key))
      .sort();
  } catch {
    return null;
  }
}

function observation({ metrics }: Step, costs: readonly (number | null)[]): Observation {
  const told = metrics.map(({ arc }, index) => `${arc} costs ${costs[index] ?? 'nothing that is known'}`);
  const reason = told.slice(0, 5).join(', ');
  if (costs.includes(null)) return { state: 'unknown', reason };
  if (metrics.every(({ to }, index) => costs[index] === to)) return { state: 'after', reason };
  return { state: metrics.every(({ from }, index) => costs[index] === from) ? 'before' : 'other', reason };
}

/** The router whose interface an arc leaves through, by address, and the interface's name. Throws UNREALISABLE. */
function locate({ linkById, network }: NetworkIndex, arc: string): ArcInterface {
  const { linkId, direction } = parseArcId(arc) ?? { linkId: arc, direction: 'az' as const };
  const link = linkById.get(linkId);
  const [nodeId, name] = direction === 'az' ? [link?.a, link?.aInterface] : [link?.z, link?.zInterface];
  const address = network.nodes.find(({ id }) => id === nodeId)?.address;
  if (address && name) return { device: address, interface: name };
  throw new DetourError('UNREALISABLE', `the network file has no address and interface where ${arc} begins`, {
    field: 'arc',
    value: arc,
    hint: 'add "address" to the node and "aInterface" or "zInterface" to the link',
  });
}
