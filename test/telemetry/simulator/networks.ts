import { parseScenario } from '../../../src/telemetry/simulator/scenario.ts';
import type { Scenario } from '../../../src/telemetry/simulator/scenario-schema.ts';
import type { Link, Network, NetworkNode } from '../../../topology/model.ts';

export interface LinkSketch {
  readonly id: string;
  readonly a: string;
  readonly z: string;
  readonly gbps?: number;
  readonly metric?: number;
  readonly srlgs?: readonly string[];
}

/** A small network: nodes are named by its links. */
export function sketchNetwork(links: readonly LinkSketch[], mass: Readonly<Record<string, number>> = {}): Network {
  const ids = [...new Set(links.flatMap((link) => [link.a, link.z]))];
  return {
    name: 'sketch',
    nodes: ids.map((id) => sketchNode(id, mass[id] ?? null)),
    links: links.map(sketchLink),
    srlgs: [...new Set(links.flatMap((link) => link.srlgs ?? []))].map((id) => ({ id, name: id })),
  };
}

function sketchNode(id: string, mass: number | null): NetworkNode {
  return { id, name: id, lat: null, lon: null, tier: null, mass, address: null, snmpPort: 161, credentials: null };
}

function sketchLink({ id, a, z, gbps = 10, metric = 10, srlgs = [] }: LinkSketch): Link {
  const both = <T>(value: T) => ({ az: value, za: value });
  return {
    id,
    a,
    z,
    aInterface: null,
    zInterface: null,
    capacityBps: both(gbps * 1e9),
    latencyMs: both(5),
    metric: both(metric),
    srlgs,
  };
}

/** A scenario in which traffic does not move and nothing breaks but what `faults` (YAML flow lines) says. */
export function stillScenario(faults: readonly string[] = [], plant: Readonly<Record<string, number>> = {}): Scenario {
  const scenario = parseScenario(
    [
      'format: detour-scenario/1',
      'name: still',
      'startHour: 20',
      'traffic: { peakUtilisation: 0.5, noiseSd: 0, troughRatio: 1, measurementSd: 0 }',
      'faults:',
      '  scripted:',
      ...(faults.length > 0 ? faults.map((fault) => `    - ${fault}`) : ['    []']),
    ].join('\n'),
  );
  return { ...scenario, plant: { ...scenario.plant, ...plant } };
}

/** Two ways from A to B: A-X-B (short) and A-Y-B (long), and a third over both. */
export const diamond = sketchNetwork([
  { id: 'ax', a: 'A', z: 'X' },
  { id: 'xb', a: 'X', z: 'B' },
  { id: 'ay', a: 'A', z: 'Y', metric: 20 },
  { id: 'yb', a: 'Y', z: 'B', metric: 20 },
  { id: 'xy', a: 'X', z: 'Y', metric: 50 },
]);

export const demand = (source: string, target: string, gbps: number) => ({
  id: `${source}>${target}`,
  source,
  target,
  bps: gbps * 1e9,
  class: null,
});
