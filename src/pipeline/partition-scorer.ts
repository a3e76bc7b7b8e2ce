import type { Link } from '../../topology/model.ts';
import { messageOf } from '../core/errors.ts';
import type { LinkState } from '../health/link-state.ts';
import { type LinkMemory, newLinkMemory, parseMemory } from '../health/memory.ts';
import { linkStateOf, observe } from '../health/scorer.ts';
import { withStaleness } from '../health/staleness.ts';
import type { Thresholds } from '../health/thresholds.ts';
import type { NewEvent } from '../store/events.ts';
import type { LinkMemoryRecord, QueuedBatch, ScoringCommit } from '../store/store.ts';
import type { InterfaceSample } from '../telemetry/sample.ts';
import { changeEvent } from './change-event.ts';
import { historyOf } from './link-history.ts';

/** What a commit writes, apart from who writes it. */
export type Scored = Omit<ScoringCommit, 'partition' | 'fence'>;

export interface PartitionContents {
  readonly memories: ReadonlyMap<string, unknown>;
  /** Link states as they stand in the store, so that only changes are told. */
  readonly states: ReadonlyMap<string, LinkState>;
}

/** The links of one partition: samples in, states and changes out. No I/O. */
export class PartitionScorer {
  readonly #links: ReadonlyMap<string, Link>;
  readonly #thresholds: Thresholds;
  readonly #memories = new Map<string, LinkMemory>();
  /** Last state of each link that was written and told. */
  readonly #told = new Map<string, LinkState>();

  constructor(links: readonly Link[], thresholds: Thresholds, contents: PartitionContents) {
    this.#links = new Map(links.map((link) => [link.id, link]));
    this.#thresholds = thresholds;
    for (const link of links) {
      const memory = parseMemory(contents.memories.get(link.id));
      if (memory) this.#memories.set(link.id, memory);
      const state = contents.states.get(link.id);
      if (state) this.#told.set(link.id, state);
    }
  }

  /** Scores batches (at least one) in their order; states are as of the newest receipt among them, `nowMs` is when. */
  take(batches: readonly QueuedBatch[], nowMs: number): Scored {
    const touched = new Set<string>();
    const faults: string[] = [];
    let applied = 0;
    let refused = 0;
    let asOfMs = 0;
    for (const batch of batches) {
      if (batch.samples.length === 0) faults.push(`batch ${batch.id} is damaged`);
      for (const sample of batch.samples) {
        if (!this.#apply(sample, faults)) {
          refused += 1;
          continue;
        }
        applied += 1;
        touched.add(sample.linkId);
        asOfMs = Math.max(asOfMs, sample.receivedAtMs);
      }
    }
    const events: NewEvent[] = faults.length > 0 ? [faultEvent(faults, nowMs)] : [];
    const { states, memories } = this.#judge(touched, asOfMs, events);
    const history = states.flatMap(historyOf);
    return { lastId: batches.at(-1)?.id ?? null, states, memories, events, history, applied, refused };
  }

  #judge(
    linkIds: ReadonlySet<string>,
    asOfMs: number,
    events: NewEvent[],
  ): { states: LinkState[]; memories: LinkMemoryRecord[] } {
    const states: LinkState[] = [];
    const memories: LinkMemoryRecord[] = [];
    for (const linkId of linkIds) {
      const memory = this.#memories.get(linkId) as LinkMemory;
      const state = linkStateOf(memory, this.#links.get(linkId) as Link, this.#thresholds, asOfMs);
      states.push(state);
      memories.push({ linkId, memory });
      this.#tell(state, events);
    }
    return { states, memories };
  }

  /** Marks links that are silent, or were never heard from, as stale; null when there is nothing to write. */
  sweep(nowMs: number): Scored | null {
    const events: NewEvent[] = [];
    const states: LinkState[] = [];
    for (const link of this.#links.values()) {
      const told = this.#told.get(link.id) ?? null;
      if (told?.state === 'stale') continue;
      const memory = this.#memories.get(link.id);
      const state = memory ? linkStateOf(memory, link, this.#thresholds, nowMs) : withStaleness(told, link.id, nowMs);
      if (state.state !== 'stale') continue;
      states.push(state);
      this.#note(state, told, events);
    }
    return states.length === 0 ? null : { lastId: null, states, memories: [], events, applied: 0, refused: 0 };
  }

  #apply(sample: InterfaceSample, faults: string[]): boolean {
    const link = this.#links.get(sample.linkId);
    if (!link) return false;
    let memory = this.#memories.get(sample.linkId);
    if (!memory) {
      memory = newLinkMemory(sample.linkId);
      this.#memories.set(sample.linkId, memory);
    }
    try {
      return observe(memory, sample, link, this.#thresholds) === 'applied';
    } catch (error) {
      // A fault of ours on one sample must not stop the others, nor come back for ever.
      this.#memories.set(sample.linkId, newLinkMemory(sample.linkId));
      faults.push(`sample of ${sample.linkId}: ${messageOf(error)}`);
      return false;
    }
  }

  /** A link of which one end spoke first is not stale yet: only a sweep, which waits a while, says so. */
  #tell(state: LinkState, events: NewEvent[]): void {
    const told = this.#told.get(state.linkId) ?? null;
    if (told === null && state.state === 'stale') return;
    this.#note(state, told, events);
  }

  #note(state: LinkState, told: LinkState | null, events: NewEvent[]): void {
    const event = changeEvent(told, state);
    if (event) events.push(event);
    this.#told.set(state.linkId, state);
  }
}

function faultEvent(faults: readonly string[], nowMs: number): NewEvent {
  return {
    atMs: nowMs,
    type: 'samples-refused',
    severity: 'warning',
    cleared: false,
    linkId: null,
    deviceId: null,
    proposalId: null,
    message: `samples that cannot be read were skipped: ${faults[0]}`,
    details: { count: faults.length },
  };
}
