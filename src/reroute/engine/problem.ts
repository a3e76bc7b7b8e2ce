import type { CompiledGraph } from '../../twin/compiled.ts';

/** A path as arc numbers of the compiled graph, source to target. */
export type ArcPath = Int32Array;

export interface CurrentPath {
  /** Part of the demand (0..1) that takes it now. */
  readonly share: number;
  readonly arcs: ArcPath;
}

/** A demand that the plan may move. */
export interface MovableDemand {
  readonly id: string;
  readonly source: number;
  readonly target: number;
  /** bit/s, > 0. */
  readonly bps: number;
  /** Paths it takes now and may keep; a part that may not stay (failed or avoided arc) is left out. */
  readonly keepable: readonly CurrentPath[];
}

/** What the optimiser solves, in numbers: arcs and nodes of one compiled graph. */
export interface RerouteProblem {
  readonly graph: CompiledGraph;
  /** 1 where the arc survives. */
  readonly alive: Uint8Array;
  /** 1 where a new path may run: it survives, is not to be avoided, and is not stale. */
  readonly open: Uint8Array;
  /** Highest utilisation wanted, per arc. */
  readonly limit: Float64Array;
  /** bit/s per arc of everything that does not move. */
  readonly fixedBps: Float64Array;
  readonly movable: readonly MovableDemand[];
}

/** How much of a demand takes which path. */
export interface PathFlow {
  readonly share: number;
  readonly arcs: ArcPath;
}

/** One routing of all movable demands, in the order of `RerouteProblem.movable`. */
export type Routing = readonly (readonly PathFlow[])[];
