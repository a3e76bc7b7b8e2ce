import type { ControlChange, ControlKind, ControlRecord, ControlStore, Written } from '../control.ts';
import { requestUse } from '../rules.ts';
import type { MemoryAudit } from './audit.ts';
import type { MemoryEvents } from './events.ts';
import type { MemoryRequests } from './requests.ts';

/** What people set up, as JSON texts. */
export class MemoryControl implements ControlStore {
  readonly #records = new Map<string, { readonly version: number; readonly text: string }>();
  readonly #rooms: { readonly audit: MemoryAudit; readonly events: MemoryEvents; readonly requests: MemoryRequests };

  constructor(rooms: { audit: MemoryAudit; events: MemoryEvents; requests: MemoryRequests }) {
    this.#rooms = rooms;
  }

  async list(kind: ControlKind): Promise<ControlRecord[]> {
    const ids = [...this.#records.keys()].filter((name) => name.startsWith(`${kind} `)).sort();
    const found = await Promise.all(ids.map((name) => this.read(kind, name.slice(kind.length + 1))));
    return found.filter((record) => record !== null);
  }

  async read(kind: ControlKind, id: string): Promise<ControlRecord | null> {
    const found = this.#records.get(`${kind} ${id}`);
    return found ? { id, version: found.version, value: JSON.parse(found.text) as unknown } : null;
  }

  async change({ kind, id, version, value, audit, events, requestKey, forget = [] }: ControlChange): Promise<Written> {
    const { audit: log, events: eventLog, requests } = this.#rooms;
    const name = `${kind} ${id}`;
    const texts = [JSON.stringify(audit)];
    const eventTexts = events.map((event) => JSON.stringify(event));
    if (requests.find(requestKey) !== null) return 'repeated';
    if ((this.#records.get(name)?.version ?? 0) !== version) return 'conflict';
    this.#records.set(name, { version: version + 1, text: JSON.stringify(value) });
    for (const old of forget) this.#records.delete(`${kind} ${old}`);
    log.appendTexts(texts);
    eventLog.appendTexts(eventTexts);
    requests.note(requestKey, requestUse([audit]));
    return 'written';
  }

  async request(requestKey: string): Promise<string | null> {
    return this.#rooms.requests.find(requestKey);
  }
}
