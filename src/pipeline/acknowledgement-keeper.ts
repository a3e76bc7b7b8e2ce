import { setTimeout as delay } from 'node:timers/promises';
import { DETOUR_CALLER } from '../core/access.ts';
import type { Clock } from '../core/clock.ts';
import { holds } from '../health/acknowledgement.ts';
import type { HealthState } from '../health/link-state.ts';
import type { Event } from '../store/events.ts';
import type { NewAuditRecord, Store } from '../store/store.ts';
import { compareStreamIds } from '../store/stream-id.ts';
import { type KeptAcknowledgement, readAcknowledgements, writeAcknowledgement } from './acknowledgements.ts';

const PAGE = 500;
const BLOCK_MS = 500;
const RETRY_MS = 1_000;

interface KeeperDeps {
  readonly store: Pick<Store, 'control' | 'events' | 'links'>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/**
 * Ends acknowledgements that do not hold any more. It reads changes of state from the event log, so that a link that
 * was well for a second only is not missed, and a restart misses nothing that the log still has. More than one may
 * run: whoever writes second finds the record changed and leaves it.
 */
export class AcknowledgementKeeper {
  readonly name = 'acknowledgements';
  readonly #deps: KeeperDeps;
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let position: string | null = null;
    while (!this.#stopping.signal.aborted) {
      try {
        position ??= await this.begin();
        position = await this.step(position, BLOCK_MS);
      } catch (error) {
        this.#deps.onError(error);
        await delay(RETRY_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      }
    }
  }

  /** Judges all by the present states and says from which event on changes are to be read. */
  async begin(): Promise<string> {
    const { store } = this.#deps;
    const newest = await store.events.lastId();
    const kept = await readAcknowledgements(store);
    if (kept.size === 0) return newest;
    const states = await store.links.readAll();
    for (const each of kept.values()) await this.#judge(each, states.get(each.value.linkId)?.state ?? 'stale');
    return [...kept.values()].map(({ value }) => value.afterEventId).sort(compareStreamIds)[0] ?? newest;
  }

  /** Judges by the events after this one; the position after them. */
  async step(position: string, blockMs: number): Promise<string> {
    const { store } = this.#deps;
    const events = await store.events.read(position, { limit: PAGE, blockMs });
    const changes = events.filter(({ type, linkId }) => type === 'link-state' && linkId !== null);
    const kept = new Map(changes.length > 0 ? await readAcknowledgements(store) : []);
    for (const event of changes) {
      const found = kept.get(event.linkId ?? '');
      if (!found || compareStreamIds(event.id, found.value.afterEventId) <= 0) continue;
      if (await this.#judge(found, stateOf(event))) kept.delete(found.value.linkId);
    }
    return events.at(-1)?.id ?? position;
  }

  /** True where it ended. */
  async #judge({ version, value }: KeptAcknowledgement, state: HealthState): Promise<boolean> {
    if (holds(value, state)) return false;
    const atMs = this.#deps.clock.nowMs();
    const reason = state === 'healthy' ? 'the link is healthy again' : `the link was ${value.state} and is ${state}`;
    const audit: NewAuditRecord = {
      ...{ atMs, by: DETOUR_CALLER.name, role: DETOUR_CALLER.role, action: 'unacknowledge', subject: 'link' },
      ...{ subjectId: value.linkId, from: 'acknowledged', to: 'unacknowledged', reason },
      ...{ planHash: null, requestKey: null, details: {} },
    };
    await writeAcknowledgement(this.#deps.store, { ...value, endedAtMs: atMs }, { version, audit });
    return true;
  }
}

/** The state that an event tells of; of an event without one nothing is known. */
function stateOf({ details }: Event): HealthState {
  return (details.to as HealthState | undefined) ?? 'stale';
}
