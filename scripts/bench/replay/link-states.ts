import type { Direction } from '../../../src/core/ids.ts';
import type { ArcState, HealthState, LinkState, ScorePart } from '../../../src/health/link-state.ts';
import type { CompiledGraph } from '../../../src/twin/compiled.ts';
import type { Network } from '../../../topology/model.ts';
import type { StepFaults } from './timeline.ts';

interface StepTime {
  readonly atMs: number;
  msOf(step: number): number;
}

/** The states that the scorer would give the links: down, lossy, too full, or healthy. */
export function linkStatesAt(
  network: Network,
  graph: CompiledGraph,
  faults: StepFaults,
  utilisationLimit: number,
  loadBps: Float64Array,
  time: StepTime,
): LinkState[] {
  return network.links.map(({ id }) => {
    const arcOf = (direction: Direction): ArcState => {
      const at = graph.arcIndex.get(`${id}:${direction}`) as number;
      const utilisation = (loadBps[at] as number) / (graph.capacityBps[at] as number);
      return arcState(loadBps[at] as number, utilisation, faults.lossRatio.get(`${id}:${direction}`) ?? 0);
    };
    return linkState(id, { az: arcOf('az'), za: arcOf('za') }, faults, utilisationLimit, time);
  });
}

function arcState(loadBps: number, utilisation: number, lossRatio: number): ArcState {
  const measured = { loadBps, utilisation, lossRatio, wireLossRatio: lossRatio, congestionLossRatio: 0, errorRatio: 0 };
  return { ...measured, latencyMs: null, baselineLatencyMs: null, unknown: {} };
}

function linkState(
  id: string,
  arcs: LinkState['arcs'],
  faults: StepFaults,
  utilisationLimit: number,
  { atMs, msOf }: StepTime,
): LinkState {
  const isDown = faults.down.has(id);
  const sinceMs = msOf(faults.sinceStep.get(id) ?? 0);
  const parts = isDown ? [] : partsOf(id, arcs, utilisationLimit, sinceMs, atMs);
  const state = isDown ? 'down' : stateBy(parts);
  const end = { adminStatus: 'up', operStatus: isDown ? 'down' : 'up', atMs, receivedAtMs: atMs } as const;
  const times = { sinceMs, atMs, receivedAtMs: atMs, intervalMs: 1000 };
  const score = state === 'healthy' ? 100 : 40;
  return { linkId: id, state, score, ...times, adminDown: false, parts, arcs, ends: { a: end, z: end }, reason: state };
}

function stateBy(parts: readonly ScorePart[]): HealthState {
  if (parts.some(({ part }) => part === 'loss')) return 'unhealthy';
  return parts.length > 0 ? 'degraded' : 'healthy';
}

function partsOf(
  id: string,
  arcs: LinkState['arcs'],
  utilisationLimit: number,
  sinceMs: number,
  atMs: number,
): ScorePart[] {
  return (['az', 'za'] as const).flatMap((direction) => {
    const { wireLossRatio, utilisation } = arcs[direction];
    const base = { arc: `${id}:${direction}`, points: 20, text: '' };
    const found: ScorePart[] = [];
    if ((wireLossRatio ?? 0) > 0) {
      found.push({ ...base, part: 'loss', level: 'unhealthy', value: wireLossRatio, threshold: 0.01, sinceMs });
    }
    if ((utilisation ?? 0) > utilisationLimit) {
      const level = 'degraded';
      found.push({
        ...base,
        part: 'utilisation',
        level,
        value: utilisation,
        threshold: utilisationLimit,
        sinceMs: atMs,
      });
    }
    return found;
  });
}
