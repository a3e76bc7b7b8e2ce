import { LIMITS } from '../keys.ts';
import { decisionOf, requestName, requestUse } from '../rules.ts';
import type { ControlChange, ControlKind, ControlRecord, ControlStore } from '../store.ts';
import type { RedisContext } from './context.ts';
import { guarded } from './errors.ts';
import { corrupt } from './records.ts';

/** What people set up, one hash per kind; a value is `version:JSON`. */
export function redisControl({ connection, keys, scripts, records }: RedisContext): ControlStore {
  const member = (kind: ControlKind, id: string, text: string): ControlRecord | null => {
    const problem = { key: keys.control(kind), field: id, problem: 'is not `version:JSON`' };
    const found = /^(\d+):(.*)$/s.exec(text);
    try {
      if (found) return { id, version: Number(found[1]), value: JSON.parse(found[2] as string) as unknown };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    records.reportOnce(problem);
    return null;
  };

  const list = async (kind: ControlKind) => {
    const texts = await guarded('read what is set up', () => connection.hgetall(keys.control(kind)));
    const all = Object.entries(texts).map(([id, text]) => member(kind, id, text) ?? { id, version: 0, value: null });
    return all.sort((x, y) => (x.id < y.id ? -1 : 1));
  };

  /** A single record that cannot be read is no record that is not there: guardrails must not fall away. */
  const read = async (kind: ControlKind, id: string) => {
    const text = await guarded('read what is set up', () => connection.hget(keys.control(kind), id));
    if (text === null) return null;
    const record = member(kind, id, text);
    if (!record) throw corrupt({ key: keys.control(kind), field: id, problem: 'cannot be read' });
    return record;
  };

  const change = async (change: ControlChange) => {
    const { kind, id, version, value, audit, events, requestKey, forget = [] } = change;
    const written = [keys.control(kind), keys.audit, keys.events, ...requestKeys(requestKey)];
    const args = [
      ...[LIMITS.requestTtlMs, requestUse([audit]), id, version, JSON.stringify(value)],
      ...[LIMITS.auditMax, JSON.stringify(audit), forget.length, ...forget, LIMITS.eventsMax, events.length],
      ...events.map((event) => JSON.stringify(event)),
    ];
    const answer = await guarded('change what is set up', () => scripts.changeControl(written, args));
    if (answer === 1) return 'written';
    return answer === 2 ? 'repeated' : 'conflict';
  };

  const requestKeys = (requestKey: string | null) => (requestKey ? [keys.request(requestName(requestKey))] : []);
  const request = async (requestKey: string) => {
    const kept = await guarded('read a request', () => connection.get(keys.request(requestName(requestKey))));
    return decisionOf(kept, requestKey);
  };

  return { list, read, change, request };
}
