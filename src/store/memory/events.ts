import type { Clock } from '../../core/clock.ts';
import type { Event, NewEvent } from '../events.ts';
import { LIMITS } from '../keys.ts';
import type { EventLog } from '../store.ts';
import { type LogEntry, MemoryLog } from './log.ts';

/** Events as JSON text, so that nobody can change what was logged. */
export class MemoryEvents implements EventLog {
  readonly #log: MemoryLog<string>;

  constructor(clock: Clock) {
    this.#log = new MemoryLog(clock);
  }

  async append(events: readonly NewEvent[]): Promise<void> {
    this.appendTexts(events.map((event) => JSON.stringify(event)));
  }

  /** For commits, which prepare every text before they write the first. */
  appendTexts(texts: readonly string[]): void {
    this.#log.append(texts);
    this.#log.keepNewest(LIMITS.eventsMax);
  }

  async read(afterId: string, { limit, blockMs }: { limit: number; blockMs: number }): Promise<Event[]> {
    return (await this.#log.read(afterId, limit, blockMs)).map(toEvent);
  }

  async latest(limit: number, beforeId?: string): Promise<Event[]> {
    return this.#log.latest(limit, beforeId).map(toEvent);
  }

  async lastId(): Promise<string> {
    return this.#log.lastId;
  }

  close(): void {
    this.#log.close();
  }
}

function toEvent({ id, value }: LogEntry<string>): Event {
  return { ...(JSON.parse(value) as NewEvent), id };
}
