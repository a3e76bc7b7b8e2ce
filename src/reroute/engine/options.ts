import type { Demand, Network } from '../../../topology/model.ts';
import type { CompiledGraph } from '../../twin/compiled.ts';

export type PlanBase = 'igp' | 'pinned';
export type Realisation = 'explicit' | 'metrics';

/** What is asked of the reroute engine. Ids that the network does not have are refused with INVALID_INPUT. */
export interface PlanOptions {
  readonly network: Network;
  /** The network compiled; made from it when left out. */
  readonly graph?: CompiledGraph;
  readonly demands: readonly Demand[];
  /** Ids of links, nodes or shared-risk groups that are gone. */
  readonly failed?: readonly string[];
  /** Links, nodes, shared-risk groups or single arcs that traffic should leave. */
  readonly avoid?: readonly string[];
  /** Links or arcs of which nothing is known: they keep their traffic and get none. */
  readonly stale?: readonly string[];
  /** Arcs to bring below their limit; `auto`: all that are above it. */
  readonly relieve?: 'auto' | readonly string[];
  /** Default: `pinned` where a demand carries paths, else `igp`. */
  readonly base?: PlanBase | null;
  readonly realise?: Realisation;
  /** Highest utilisation wanted; see DEFAULTS. */
  readonly limit?: number;
  /** Limits that differ, by link id. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Ids of demands that must stay where they are. */
  readonly keep?: readonly string[];
  /** How far below its limit a relieved arc should come, as utilisation. */
  readonly holdMargin?: number;
  readonly maxExtraMoves?: number;
  /**
   * What a ms of delay is worth, in hops over arcs that are hardly loaded. Left out, delay only decides between ways
   * that are equal in everything else.
   */
  readonly hopsPerMs?: number;
  /** What else speaks against an arc, in hops over arcs that are hardly loaded; by arc number. */
  readonly arcHops?: Float64Array;
  /** Highest utilisation that nobody feels: up to it, cost and delay decide. Left out, the lowest one is kept. */
  readonly easyMlu?: number;
  /** Undo every move that the limits do not ask for, whatever its cost wins. */
  readonly movesOnlyEnough?: boolean;
  /** Fill in why each demand moves; costs time. */
  readonly explain?: boolean;
}

export const DEFAULTS = { limit: 0.8, holdMargin: 0.05, maxExtraMoves: 5 } as const;
