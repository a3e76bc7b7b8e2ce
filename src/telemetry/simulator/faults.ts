import type { Rng } from '../../core/rng.ts';
import type { TruthRecord } from '../../store/store.ts';
import { drawSeconds, within } from './distributions.ts';
import { applyFailure } from './failures/effects.ts';
import { type Failure, startOf } from './failures/failure.ts';
import { faultAsFailure, isFailing, linksFailing } from './fault-failure.ts';
import type { FaultTargets } from './fault-targets.ts';
import { intactPlant, type LinkTable, type PlantState } from './plant.ts';
import { FAULT_KINDS, type FaultKind, type FaultPlan, type ScriptedFault } from './scenario-schema.ts';

/** What a fault does; numbers are those of the link table and the compiled graph. */
interface Damage {
  readonly links: readonly number[];
  readonly arc: number | null;
  readonly surge: { readonly node: number; readonly side: 'source' | 'target' } | null;
  readonly strength: number | null;
}

interface ActiveFault extends Damage {
  readonly id: string;
  readonly kind: FaultKind;
  readonly seconds: number;
  readonly endsAt: number;
  readonly rng: Rng;
  /** What grows, or does more than take links down: of the kinds that long-run failures have too. */
  readonly failure: Failure | null;
  /** Only flapping goes up in between. */
  down: boolean;
  togglesAt: number;
}

const PLAN_KEYS = {
  'fibre-cut': 'fibreCut',
  flapping: 'flapping',
  corruption: 'corruption',
  surge: 'surge',
  'optical-decay': 'opticalDecay',
  overload: 'overload',
  overheating: 'overheating',
  'black-hole': 'blackHole',
  maintenance: 'maintenance',
} as const;

/** How a link flaps that the scenario gives no pattern for. */
const DEFAULT_FLAPS = { downSeconds: [2, 5], upSeconds: [3, 8] } as const;

/**
 * Begins and ends faults. Each kind and each fault draws from its own stream of random numbers, and nothing here looks
 * at where tunnels put the traffic, so the same seed gives the same faults whatever is done about them.
 */
export class FaultSchedule {
  readonly #plan: FaultPlan;
  readonly #links: LinkTable;
  readonly #nodeIds: readonly string[];
  readonly #targets: FaultTargets;
  readonly #rng: Rng;
  readonly #gaps: ReadonlyMap<FaultKind, Rng>;
  readonly #nextAt = new Map<FaultKind, number>();
  #scripted: readonly ScriptedFault[];
  #active: ActiveFault[] = [];
  #atSeconds = 0;
  /** Faults begun so far, by kind. */
  readonly #counts = new Map<FaultKind, number>();

  constructor(plan: FaultPlan, links: LinkTable, nodeIds: readonly string[], targets: FaultTargets, rng: Rng) {
    this.#plan = plan;
    this.#links = links;
    this.#nodeIds = nodeIds;
    this.#targets = targets;
    this.#rng = rng;
    this.#gaps = new Map(FAULT_KINDS.map((kind) => [kind, rng.fork(`gaps:${kind}`)]));
    this.#scripted = plan.scripted.toSorted((x, y) => x.atSeconds - y.atSeconds);
    for (const kind of FAULT_KINDS) this.#nextAt.set(kind, plan.quietSeconds + this.#gap(kind));
  }

  /** Moves on to a time (seconds since the start); returns what began and ended, stamped `atMs`. */
  advance(atSeconds: number, atMs: number): TruthRecord[] {
    this.#atSeconds = atSeconds;
    const ended = this.#active.filter((fault) => fault.endsAt <= atSeconds);
    this.#active = this.#active.filter((fault) => fault.endsAt > atSeconds);
    const begun = [...this.#dueScripted(atSeconds), ...this.#dueRandom(atSeconds)];
    for (const fault of this.#active) this.#toggle(fault, atSeconds);
    return [
      ...ended.map((fault) => this.#record(fault, 'end', atMs)),
      ...begun.map((fault) => this.#record(fault, 'begin', atMs)),
    ];
  }

  /** The state of the plant under the faults of now. */
  plant(arcCount: number): PlantState {
    const state = intactPlant(this.#links.ids.length, arcCount, this.#nodeIds.length);
    for (const fault of this.#active) {
      if (fault.failure) applyFailure(fault.failure, this.#atSeconds, this.#links, state);
      if (fault.down) for (const link of fault.links) state.linkUp[link] = 0;
      // Independent losses on one wire: survivors multiply.
      if (fault.arc !== null) {
        const before = state.corruption[fault.arc] as number;
        state.corruption[fault.arc] = 1 - (1 - before) * (1 - (fault.strength as number));
      }
      if (!fault.surge) continue;
      const factors = fault.surge.side === 'source' ? state.sourceFactor : state.targetFactor;
      factors[fault.surge.node] = (factors[fault.surge.node] as number) * (fault.strength as number);
    }
    return state;
  }

  #gap(kind: FaultKind): number {
    const mean = this.#plan[PLAN_KEYS[kind]]?.meanSecondsBetween;
    return mean === undefined ? Infinity : (this.#gaps.get(kind) as Rng).exponential(mean);
  }

  #dueScripted(atSeconds: number): ActiveFault[] {
    const due = this.#scripted.filter((fault) => fault.atSeconds <= atSeconds);
    this.#scripted = this.#scripted.slice(due.length);
    return due.flatMap((fault) => this.#begin(fault.kind, atSeconds, fault));
  }

  #dueRandom(atSeconds: number): ActiveFault[] {
    const begun: ActiveFault[] = [];
    for (const kind of FAULT_KINDS) {
      while ((this.#nextAt.get(kind) as number) <= atSeconds) {
        this.#nextAt.set(kind, (this.#nextAt.get(kind) as number) + this.#gap(kind));
        if (this.#activeCount(atSeconds) < this.#plan.maxActive) begun.push(...this.#begin(kind, atSeconds, null));
      }
    }
    return begun;
  }

  /** Trouble that only announces itself keeps no other fault away. */
  #activeCount(atSeconds: number): number {
    return this.#active.filter(({ failure }) => failure === null || failure.onsetAt <= atSeconds).length;
  }

  /** Begins a fault; none where there is nothing left to hit. */
  #begin(kind: FaultKind, atSeconds: number, script: ScriptedFault | null): ActiveFault[] {
    const number = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, number);
    const rng = this.#rng.fork(`fault:${kind}:${number}`);
    const busy = new Set(this.#active.flatMap((fault) => fault.links));
    const damage = script ? this.#scriptedDamage(script, busy) : this.#randomDamage(kind, rng, busy);
    if (!damage) return [];
    const duration = this.#plan[PLAN_KEYS[kind]]?.duration;
    const seconds = script?.durationSeconds ?? (duration ? drawSeconds(rng, duration) : 0);
    const id = `${kind}-${number}`;
    const onsetAt = atSeconds + (script?.leadSeconds ?? this.#leadSeconds(kind, rng));
    const fault: ActiveFault = {
      ...damage,
      id,
      kind,
      seconds,
      endsAt: onsetAt + seconds,
      rng,
      failure: isFailing(kind)
        ? faultAsFailure({ id, kind, startsAt: atSeconds, onsetAt, seconds }, damage.links, this.#links, rng)
        : null,
      down: kind === 'fibre-cut' || kind === 'flapping',
      togglesAt: Infinity,
    };
    if (kind === 'flapping') fault.togglesAt = atSeconds + within(rng, this.#flaps().downSeconds);
    this.#active.push(fault);
    return [fault];
  }

  #leadSeconds(kind: FaultKind, rng: Rng): number {
    const plan = this.#plan[PLAN_KEYS[kind]];
    return plan && 'leadSeconds' in plan ? within(rng, plan.leadSeconds) : 0;
  }

  #flaps(): { readonly downSeconds: readonly number[]; readonly upSeconds: readonly number[] } {
    return this.#plan.flapping ?? DEFAULT_FLAPS;
  }

  #toggle(fault: ActiveFault, atSeconds: number): void {
    while (fault.togglesAt <= atSeconds) {
      fault.down = !fault.down;
      const { downSeconds, upSeconds } = this.#flaps();
      fault.togglesAt += within(fault.rng, fault.down ? downSeconds : upSeconds);
    }
  }

  #randomDamage(kind: FaultKind, rng: Rng, busy: ReadonlySet<number>): Damage | null {
    if (kind === 'surge') {
      const node = this.#targets.randomNode(rng);
      if (node === null) return null;
      const side = rng.next() < 0.5 ? 'source' : 'target';
      return { links: [], arc: null, surge: { node, side }, strength: within(rng, this.#plan.surge?.factor ?? [1, 1]) };
    }
    const link = this.#targets.random(rng, busy, this.#plan.candidates);
    if (link === null) return null;
    if (kind === 'fibre-cut') return downLinks(this.#links.cutWith[link] as readonly number[]);
    if (kind === 'flapping') return downLinks([link]);
    if (isFailing(kind)) return downLinks(linksFailing(kind, link, this.#links));
    const arc = this.#links.arcs[link]?.[rng.below(2)] as number;
    const range = this.#plan.corruption?.lossRatio ?? [0, 0];
    return { links: [link], arc, surge: null, strength: within(rng, range) };
  }

  #scriptedDamage(script: ScriptedFault, busy: ReadonlySet<number>): Damage | null {
    const strength = script.strength ?? null;
    if (script.kind === 'surge') {
      const node = this.#nodeIds.indexOf(script.node as string);
      return { links: [], arc: null, surge: { node, side: script.side ?? 'target' }, strength };
    }
    if (script.kind === 'fibre-cut' && script.srlg) return downLinks(this.#links.bySrlg.get(script.srlg) ?? []);
    const link = this.#targets.named(script.link as string, script.kind, busy);
    if (link === null) return null;
    if (script.kind === 'fibre-cut') return downLinks(this.#links.cutWith[link] as readonly number[]);
    if (script.kind === 'flapping') return downLinks([link]);
    if (isFailing(script.kind)) return downLinks(linksFailing(script.kind, link, this.#links));
    return { links: [link], arc: this.#targets.arcOf(link, script.direction), surge: null, strength };
  }

  #record(fault: ActiveFault, phase: 'begin' | 'end', atMs: number): TruthRecord {
    const details: Record<string, unknown> = { seconds: fault.seconds };
    if (fault.arc !== null) details.arc = this.#targets.arcId(fault.arc);
    if (fault.surge) Object.assign(details, { node: this.#nodeIds[fault.surge.node], side: fault.surge.side });
    if (fault.strength !== null) details.strength = fault.strength;
    const { failure } = fault;
    if (failure) details.leadSeconds = failure.onsetAt - startOf(failure);
    if (failure && failure.node !== null) details.node = this.#nodeIds[failure.node];
    const links = fault.links.map((link) => this.#links.ids[link] as string);
    return { atMs, faultId: fault.id, kind: fault.kind, phase, links, details };
  }
}

function downLinks(links: readonly number[]): Damage {
  return { links, arc: null, surge: null, strength: null };
}
