import type { LeaseStore } from '../../store/store.ts';

export interface Holding {
  readonly name: string;
  readonly holder: string;
  readonly ttlMs: number;
}

/** Runs `work` under a lease that was taken, which is renewed for as long as that takes, and then given back. */
export async function holding<T>(leases: LeaseStore, { name, holder, ttlMs }: Holding, work: () => Promise<T>) {
  // Without the store nothing is renewed, nor can anything be written that somebody else may have begun meanwhile.
  const renew = (): void => void leases.acquire(name, holder, ttlMs).catch(() => undefined);
  const renewal = setInterval(renew, ttlMs / 3);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    await leases.release(name, holder);
  }
}
