import { requireFinite } from '../rules.ts';
import type { CounterStore, LeaseStore } from '../store.ts';
import type { RedisContext } from './context.ts';
import { guarded } from './errors.ts';

/** Leases run by Redis' own clock, the only one that all processes share. */
export function redisLeases({ connection, scripts, keys }: RedisContext): LeaseStore {
  const acquire = async (name: string, holder: string, ttlMs: number) => {
    const touched = [keys.lease(name), keys.leaseHistory(name)];
    const fence = Number(await guarded('take a lease', () => scripts.acquireLease(touched, [holder, wholeMs(ttlMs)])));
    return fence > 0 ? { fence } : null;
  };
  const release = async (name: string, holder: string) => {
    await guarded('release a lease', () => scripts.releaseLease([keys.lease(name)], [holder]));
  };
  const holderOf = (name: string) => guarded('read a lease', () => connection.get(keys.lease(name)));
  const once = async (name: string, ttlMs: number) => {
    return Number(await guarded('throttle', () => scripts.once([keys.once(name)], [wholeMs(ttlMs)]))) === 1;
  };
  const nowMs = async () => {
    const [seconds, micros] = await guarded('read the clock', () => connection.time());
    return Number(seconds) * 1000 + Number(micros) / 1000;
  };
  return { acquire, release, holderOf, once, nowMs };
}

export function redisCounters({ connection, keys }: RedisContext): CounterStore {
  const add = async (name: string, amount: number) => {
    requireFinite(amount, 'amount');
    return Number(await guarded('add to a counter', () => connection.hincrbyfloat(keys.counters, name, amount)));
  };
  const read = async (name: string) =>
    Number((await guarded('read a counter', () => connection.hget(keys.counters, name))) ?? 0);
  return { add, read };
}

const wholeMs = (ms: number) => Math.max(1, Math.ceil(ms));
