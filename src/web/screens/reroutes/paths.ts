import type { Move, PathShare, Proposal } from '../../../api/schemas/screen.ts';
import type { Step } from '../../map/draw-bands.ts';
import type { Scene } from '../../map/scene.ts';

/** An arc id is the link's id and the direction it is gone in. */
export function stepOf(scene: Scene, arc: string): Step | null {
  const link = scene.linkIndex.get(arc.slice(0, -3));
  return link === undefined ? null : { link, reversed: arc.endsWith(':za') };
}

export function stepsOf(scene: Scene, arcs: readonly string[]): Step[] {
  return arcs.flatMap((arc) => stepOf(scene, arc) ?? []);
}

/** Node indices along a path, source first; consecutive ones differ. */
export function nodesOf(scene: Scene, arcs: readonly string[]): number[] {
  const nodes: number[] = [];
  for (const { link, reversed } of stepsOf(scene, arcs)) {
    const from = scene.ends[2 * link + Number(reversed)] ?? -1;
    const to = scene.ends[2 * link + Number(!reversed)] ?? -1;
    if (nodes.at(-1) !== from) nodes.push(from);
    nodes.push(to);
  }
  return nodes;
}

/** The path that carries most. */
export function mainPath(shares: readonly PathShare[]): PathShare | null {
  return shares.reduce<PathShare | null>(
    (best, each) => (best === null || each.share > best.share ? each : best),
    null,
  );
}

/** `via Denver · St. Louis`: what lies between the ends, the first and last of the longest ways. */
export function viaText(scene: Scene, shares: readonly PathShare[], most = 6): string {
  const path = mainPath(shares);
  if (!path) return 'no way';
  const between = nodesOf(scene, path.arcs)
    .slice(1, -1)
    .map((node) => scene.nodes[node]?.id ?? '?');
  const shown = between.length > most ? [...between.slice(0, most - 1), '…', ...between.slice(-1)] : between;
  const others = shares.length > 1 ? ` and ${shares.length - 1} more` : '';
  return shown.length === 0 ? `direct${others}` : `via ${shown.join(' · ')}${others}`;
}

/** The four figures of a proposal. Unknown is null. */
export interface Figures {
  readonly bps: number;
  /** Change of latency, weighted by traffic, ms. */
  readonly latencyMs: number | null;
  readonly worst: { readonly arc: string; readonly utilisation: number; readonly headroomBps: number } | null;
  /** Traffic that finds no way. */
  readonly stuckBps: number;
}

export function figuresOf({ moves, cuts, why }: Pick<Proposal, 'moves' | 'cuts' | 'why'>): Figures {
  const bps = moves.reduce((sum, move) => sum + move.bps, 0);
  const cutBps = cuts.reduce((sum, cut) => sum + cut.bps, 0);
  return { bps, latencyMs: latencyChange(moves), worst: worstOf(moves), stuckBps: cutBps || stuck(why.stayed) };
}

function latencyChange(moves: readonly Move[]): number | null {
  let weighted = 0;
  let weight = 0;
  for (const { bps, latencyMs } of moves) {
    if (latencyMs.before === null) continue;
    weighted += bps * (latencyMs.after - latencyMs.before);
    weight += bps;
  }
  return weight === 0 ? null : weighted / weight;
}

function worstOf(moves: readonly Move[]): Figures['worst'] {
  const worst = moves.reduce<Move | null>(
    (best, move) => (best === null || move.worstHeadroom.utilisation > best.worstHeadroom.utilisation ? move : best),
    null,
  );
  if (!worst) return null;
  const { arc, utilisation, bps } = worst.worstHeadroom;
  return { arc, utilisation, headroomBps: bps };
}

function stuck(stayed: Proposal['why']['stayed']): number {
  return stayed.reduce((sum, { bps }) => sum + bps, 0);
}

/** Reasons with how much traffic and how many demands they hold, the largest first. */
export function byReason(stayed: Proposal['why']['stayed']): { reason: string; bps: number; demands: string[] }[] {
  const found = new Map<string, { reason: string; bps: number; demands: string[] }>();
  for (const { reason, bps, demand } of stayed) {
    const entry = found.get(reason) ?? { reason, bps: 0, demands: [] };
    entry.bps += bps;
    entry.demands.push(demand);
    found.set(reason, entry);
  }
  return [...found.values()].sort((one, two) => two.bps - one.bps);
}

/** An arc by the ids of its two nodes, for where there is little room. */
export function arcIds(scene: Scene, arc: string): string {
  const step = stepOf(scene, arc);
  if (!step) return arc;
  const id = (end: number) => scene.nodes[scene.ends[2 * step.link + end] ?? -1]?.id ?? '?';
  return `${id(Number(step.reversed))}–${id(Number(!step.reversed))}`;
}

/** An arc by the names of its two nodes. */
export function arcName(scene: Scene, arc: string): string {
  const step = stepOf(scene, arc);
  if (!step) return arc;
  const name = (end: number) => scene.nodes[scene.ends[2 * step.link + end] ?? -1]?.name ?? '?';
  return `${name(Number(step.reversed))} → ${name(Number(!step.reversed))}`;
}
