import type { Network } from '../../../topology/model.ts';
import { fnv1a, type Rng } from '../../core/rng.ts';
import type { TruthRecord } from '../../store/store.ts';
import type { CompiledGraph } from '../../twin/compiled.ts';
import { Ailments } from './ailments.ts';
import { endOf, type Failure } from './failures/failure.ts';
import type { LinkTable, PlantState } from './plant.ts';
import type { Scenario } from './scenario-schema.ts';

/** A flapping link goes down once in this time, for its share of it. */
const FLAP_SECONDS = 10;

/** What ails links second by second, told as records of truth: announced, begun, over. */
export class LiveAilments {
  readonly #ailments: Ailments;
  readonly #links: LinkTable;
  readonly #nodeIds: readonly string[];
  readonly #originMs: number;
  readonly #ageSeconds: number;
  #going: { readonly failure: Failure; hasBegun: boolean }[] = [];

  constructor(
    network: Network,
    graph: CompiledGraph,
    links: LinkTable,
    scenario: Scenario,
    rng: Rng,
    startMs: number,
    ageSeconds: number,
  ) {
    this.#links = links;
    this.#nodeIds = graph.nodeIds;
    this.#ageSeconds = ageSeconds;
    this.#originMs = startMs - ageSeconds * 1000;
    this.#ailments = new Ailments(network, graph, links, scenario, rng, this.#originMs);
  }

  /** Puts what goes on from a time since the start for `dtSeconds` into the state; answers what began and ended. */
  advance(elapsedSeconds: number, dtSeconds: number, plant: PlantState): TruthRecord[] {
    const atSeconds = elapsedSeconds + this.#ageSeconds;
    for (const failure of this.#ailments.advance(atSeconds, dtSeconds, plant)) {
      this.#going.push({ failure, hasBegun: false });
    }
    flap(this.#links.ids, atSeconds, plant);
    const truth: TruthRecord[] = [];
    for (const each of this.#going) {
      if (each.hasBegun || each.failure.onsetAt >= atSeconds + dtSeconds || !each.failure.isFailure) continue;
      each.hasBegun = true;
      truth.push(this.#record(each.failure, 'begin', atSeconds));
    }
    const over = this.#going.filter(({ failure }) => endOf(failure) <= atSeconds);
    this.#going = this.#going.filter(({ failure }) => endOf(failure) > atSeconds);
    const ended = over.filter(({ hasBegun }) => hasBegun);
    return [...truth, ...ended.map(({ failure }) => this.#record(failure, 'end', atSeconds))];
  }

  #record(failure: Failure, phase: 'begin' | 'end', atSeconds: number): TruthRecord {
    const { id, kind, links, node, planned, precursor, onsetAt } = failure;
    const details = {
      seconds: endOf(failure) - onsetAt,
      planned,
      leadSeconds: precursor === null ? 0 : onsetAt - precursor.startsAt,
      ...(node === null ? {} : { node: this.#nodeIds[node] }),
    };
    const atMs = this.#originMs + atSeconds * 1000;
    return { atMs, faultId: id, kind, phase, links: links.map((link) => this.#links.ids[link] as string), details };
  }
}

/** Takes flapping links down for their share of every ten seconds, each at a time of its own. */
function flap(ids: readonly string[], atSeconds: number, plant: PlantState): void {
  plant.flapShare.forEach((share, link) => {
    if (share === 0) return;
    const phase = (atSeconds + fnv1a(ids[link] as string)) % FLAP_SECONDS;
    if (phase < share * FLAP_SECONDS) plant.linkUp[link] = 0;
  });
}
