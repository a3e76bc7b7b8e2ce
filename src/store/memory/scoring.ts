import type { LinkState } from '../../health/link-state.ts';
import { CLOCK_SLACK_MS, type LinkStateStore, type ScoringCommit, type ScoringStore, scorerLease } from '../store.ts';
import type { MemoryEvents } from './events.ts';
import type { MemoryHistoryFeed } from './history-feed.ts';
import type { MemoryLeases } from './leases.ts';

interface StoredState {
  readonly receivedAtMs: number;
  readonly text: string;
}

interface PartitionRecord {
  fence: number;
  lastId: string;
  readonly memories: Map<string, string>;
}

/** Link states and scorers' memories, as JSON texts. */
export class MemoryScoring implements ScoringStore, LinkStateStore {
  readonly #states = new Map<string, StoredState>();
  readonly #partitions = new Map<number, PartitionRecord>();
  readonly #events: MemoryEvents;
  readonly #leases: MemoryLeases;
  readonly #history: MemoryHistoryFeed;
  #applied = 0;
  #refused = 0;

  constructor(events: MemoryEvents, leases: MemoryLeases, history: MemoryHistoryFeed) {
    this.#events = events;
    this.#leases = leases;
    this.#history = history;
  }

  async readAll(): Promise<Map<string, LinkState>> {
    return new Map([...this.#states].map(([linkId, { text }]) => [linkId, JSON.parse(text) as LinkState]));
  }

  async read(linkId: string): Promise<LinkState | null> {
    const stored = this.#states.get(linkId);
    return stored ? (JSON.parse(stored.text) as LinkState) : null;
  }

  async load(partition: number): Promise<{ lastId: string; memories: Map<string, unknown> }> {
    const { lastId, memories } = this.#partition(partition);
    return {
      lastId,
      memories: new Map([...memories].map(([linkId, text]) => [linkId, JSON.parse(text) as unknown])),
    };
  }

  async commit(commit: ScoringCommit): Promise<'committed' | 'fenced'> {
    // Every text is made before anything is written: what cannot be stored leaves nothing behind.
    const states = commit.states.map(
      (state) => [state.linkId, { receivedAtMs: state.receivedAtMs ?? -1, text: JSON.stringify(state) }] as const,
    );
    const memories = commit.memories.map(({ linkId, memory }) => [linkId, JSON.stringify(memory)] as const);
    const events = commit.events.map((event) => JSON.stringify(event));
    const record = this.#partition(commit.partition);
    if (commit.fence < Math.max(record.fence, this.#leases.fenceOf(scorerLease(commit.partition)))) return 'fenced';
    record.fence = commit.fence;
    record.lastId = commit.lastId ?? record.lastId;
    const presentMs = this.#leases.wallMs() + CLOCK_SLACK_MS;
    for (const [linkId, state] of states) this.#writeState(linkId, state, presentMs);
    for (const [linkId, text] of memories) record.memories.set(linkId, text);
    this.#applied += commit.applied;
    this.#refused += commit.refused;
    this.#events.appendTexts(events);
    this.#history.appendNow(commit.history ?? []);
    return 'committed';
  }

  async counts(): Promise<{ applied: number; refused: number }> {
    return { applied: this.#applied, refused: this.#refused };
  }

  #writeState(linkId: string, state: StoredState, presentMs: number): void {
    const beforeMs = this.#states.get(linkId)?.receivedAtMs ?? -1;
    if (beforeMs > presentMs || state.receivedAtMs >= beforeMs) this.#states.set(linkId, state);
  }

  #partition(partition: number): PartitionRecord {
    const known = this.#partitions.get(partition);
    if (known) return known;
    const created: PartitionRecord = { fence: 0, lastId: '0', memories: new Map() };
    this.#partitions.set(partition, created);
    return created;
  }
}
