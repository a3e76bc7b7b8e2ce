import { createRng, type Rng } from '../../../src/core/rng.ts';
import type { DemandSet, PlanLimits } from '../../../src/reroute/plan.ts';
import type { Tunnel } from '../../../src/reroute/proposal.ts';
import { isSamePaths } from '../../../src/reroute/tunnel.ts';
import { InterfaceCounters } from '../../../src/telemetry/simulator/counters.ts';
import type { PinnedPath } from '../../../src/telemetry/simulator/forwarding.ts';
import type { Author } from './authors.ts';
import { type Carried, Carrier, type Routes } from './carrier.ts';
import { FINE_SECONDS, LinkSampling, type Scene } from './sampling.ts';
import { LoopService } from './service.ts';
import type { ClosedLoopWorld, Segment } from './world.ts';

/** A stretch within a segment in which Detour's routes stay as they are. */
export interface Piece {
  readonly segment: Segment;
  readonly from: number;
  readonly to: number;
  readonly routes: Routes;
  readonly carried: Carried;
  /** Whether a change was under way, or not verified yet, or a plan due. */
  readonly isBusy: boolean;
}

/** Demands that got other routes at a time, for one proposal. */
export interface RouteChange {
  /** Seconds since the start: from then on traffic takes the new routes. */
  readonly at: number;
  readonly proposalId: string;
  /** Set up, or taken back. */
  readonly kind: Author['kind'];
  readonly demands: ReadonlyMap<
    number,
    { readonly before: readonly PinnedPath[]; readonly after: readonly PinnedPath[] }
  >;
}

export interface DetourOptions {
  readonly limits: PlanLimits;
  readonly planIntervalMs: number;
  readonly planSpacingMs: number;
  /** Of what is measured: noise of counters and of flow telemetry. */
  readonly seed: number;
  /** Longest interval between two samples, seconds; 1 is what the live simulator has. */
  readonly longestSeconds: number;
}

/** An interval is at most this many times as long as the one before: a longer gap would count as a silence. */
const GROWTH = 3;
/** The simulated routers ask for their tunnels every second. */
const ACTUATION_SECONDS = 1;

/** Detour in automatic mode on the simulated network: sees what interfaces count, and nothing else. */
export class DetourArm {
  readonly #world: ClosedLoopWorld;
  readonly #options: DetourOptions;
  readonly #carrier: Carrier;
  readonly #counters: InterfaceCounters;
  readonly #flowNoise: Rng;
  readonly service: LoopService;
  readonly changes: RouteChange[] = [];
  readonly counts = { ticks: 0, fineTicks: 0, samples: 0 };
  readonly #sampling: LinkSampling;
  #scene: Scene | null = null;
  /** The tunnels that the routes are of, by demand. */
  #tunnels = new Map<string, Tunnel>();
  #routes: Routes = new Map();
  /** Tunnels that were set and are not used yet, oldest first. */
  #pending: { readonly at: number; readonly tunnels: readonly Tunnel[]; readonly authors: ByDemand }[] = [];
  #lastSeconds = 1;

  constructor(world: ClosedLoopWorld, options: DetourOptions) {
    this.#world = world;
    this.#options = options;
    const rng = createRng(options.seed).fork('detour');
    const { network, graph, links, scenario, startMs } = world;
    this.#counters = new InterfaceCounters(network, graph, links, scenario.plant, rng.fork('counters'));
    this.#flowNoise = rng.fork('flows');
    this.#carrier = new Carrier(world, options.limits.utilisationLimit, this.#counters.probeBps);
    const { limits, planIntervalMs, planSpacingMs } = options;
    this.service = new LoopService({ network, limits, planIntervalMs, planSpacingMs, startMs });
    this.#sampling = new LinkSampling(world, this.#counters, {
      longestSeconds: options.longestSeconds,
      isWatched: (linkId) => this.service.isInDoubt(linkId),
    });
  }

  /** Load of probes, the same in all arms. */
  get probeBps(): Float64Array {
    return this.#counters.probeBps;
  }

  /** Lives through a segment; the world must have been drawn some seconds further. */
  async live(segment: Segment): Promise<Piece[]> {
    const pieces: Piece[] = [];
    let carried: Carried | null = null;
    let at = segment.from;
    while (at < segment.to) {
      for (let due = this.#pending[0]; due && due.at <= at; due = this.#pending[0]) {
        this.#pending.shift();
        if (this.#enter(due.tunnels, due.authors, at)) carried = null;
      }
      carried ??= this.#carrier.carry(segment, this.#routes, segment.believedUp);
      const isBusy = this.service.isBusy;
      const to = Math.min(segment.to, at + this.#interval(at));
      const last = pieces.at(-1);
      if (last && last.carried === carried && last.isBusy === isBusy) pieces[pieces.length - 1] = { ...last, to };
      else pieces.push({ segment, from: at, to, routes: this.#routes, carried, isBusy });
      await this.#hear(segment, carried, at, to);
      at = to;
    }
    return pieces;
  }

  #interval(at: number): number {
    const seconds = this.#isFine(at) ? 1 : this.#untilFine(at);
    this.#lastSeconds = Math.max(1, Math.min(seconds, GROWTH * this.#lastSeconds, this.#options.longestSeconds));
    return this.#lastSeconds;
  }

  #isFine(at: number): boolean {
    if (this.#pending.length > 0 || this.service.isBusy) return true;
    const { before, after } = FINE_SECONDS;
    return this.#world.hasEvent(at - after, at + before);
  }

  #untilFine(at: number): number {
    const next = this.#world.nextEvent(at);
    return next - FINE_SECONDS.before - at;
  }

  async #hear(segment: Segment, { forwarded }: Carried, from: number, to: number): Promise<void> {
    const atMs = this.#world.startMs + to * 1000;
    const scene = { forwarded, plant: segment.plant };
    const isNew = this.#scene?.forwarded !== forwarded || this.#scene.plant !== segment.plant;
    const late = isNew ? this.#sampling.turn(this.#scene, scene, from) : [];
    this.#scene = scene;
    const measured = [...late, ...this.#sampling.tick(scene, to, to - from)];
    this.counts.samples += measured.length;
    this.counts.ticks += 1;
    if (to - from === 1) this.counts.fineTicks += 1;
    const tunnels = await this.service.hear(measured, () => this.#demandSet(segment, to), atMs);
    if (tunnels) this.#pending.push({ at: to + ACTUATION_SECONDS, tunnels, authors: this.service.authors.take() });
  }

  /** What flow telemetry says, with its error, as the live simulator has it. */
  #demandSet({ sentBps }: Segment, at: number): DemandSet {
    const { graph, table, scenario, startMs } = this.#world;
    const error = this.#flowNoise.fork(`${at}`);
    const demands = table.ids.map((id, demand) => ({
      id,
      source: graph.nodeIds[table.source[demand] as number] as string,
      target: graph.nodeIds[table.target[demand] as number] as string,
      bps: Math.max(0, Math.round((sentBps[demand] as number) * (1 + scenario.traffic.measurementSd * error.normal()))),
      class: table.classes[demand] ?? null,
    }));
    return { source: 'measured', atMs: startMs + at * 1000, demands };
  }

  /** True where they are others than those in use. */
  #enter(tunnels: readonly Tunnel[], authors: ByDemand, at: number): boolean {
    const routes = new Map<number, readonly PinnedPath[]>();
    const entered = new Map<string, Tunnel>();
    const byProposal = new Map<string, Map<number, { before: readonly PinnedPath[]; after: readonly PinnedPath[] }>>();
    const note = (proposalId: string, demand: number, after: readonly PinnedPath[]) => {
      const demands = byProposal.get(proposalId) ?? new Map();
      byProposal.set(proposalId, demands.set(demand, { before: this.#routes.get(demand) ?? [], after }));
    };
    for (const tunnel of tunnels) {
      const demand = this.#world.demandIndex.get(tunnel.demand) as number;
      const isKept = isSameTunnel(this.#tunnels.get(tunnel.demand), tunnel);
      const paths = isKept ? (this.#routes.get(demand) as readonly PinnedPath[]) : this.#compile(tunnel, demand);
      routes.set(demand, paths);
      entered.set(tunnel.demand, tunnel);
      if (!isKept)
        note(keyOf(authors.get(tunnel.demand) ?? { kind: 'set', proposalId: tunnel.proposalId }), demand, paths);
    }
    for (const demand of this.#routes.keys()) {
      if (routes.has(demand)) continue;
      const id = this.#world.table.ids[demand] as string;
      // What a plan ends without a step of its own goes back to the IGP.
      const { proposalId } = this.#tunnels.get(id) as Tunnel;
      note(keyOf(authors.get(id) ?? { kind: 'return', proposalId }), demand, []);
    }
    for (const [key, demands] of byProposal) {
      const [kind, proposalId] = key.split(' ') as [RouteChange['kind'], string];
      this.changes.push({ at, proposalId, kind, demands });
    }
    if (byProposal.size === 0) return false;
    this.#routes = routes;
    this.#tunnels = entered;
    return true;
  }

  #compile({ paths }: Tunnel, demand: number): PinnedPath[] {
    const total = paths.reduce((sum, { share }) => sum + share, 0);
    return paths.map(({ share, arcs }) => ({
      demand,
      share: share / total,
      arcs: Int32Array.from(arcs, (id) => this.#world.graph.arcIndex.get(id) as number),
    }));
  }
}

type ByDemand = ReadonlyMap<string, Author>;

function keyOf({ kind, proposalId }: Author): string {
  return `${kind} ${proposalId}`;
}

function isSameTunnel(one: Tunnel | undefined, other: Tunnel): boolean {
  return one === other || (one?.proposalId === other.proposalId && isSamePaths(one.paths, other.paths));
}
