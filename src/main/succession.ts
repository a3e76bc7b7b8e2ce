import { hasEnded, identityOf, type ProcessIdentity, parseIdentity } from '../redis-server/process-identity.ts';
import type { LeaseStore } from '../store/store.ts';

/**
 * Leases that name the process that holds them. One of a process that has provably ended (killed, on this machine) is
 * taken over at once; of all others the lease time is waited for, as without this.
 */
export function withSuccession(leases: LeaseStore, own: ProcessIdentity = identityOf(process.pid)): LeaseStore {
  const marked = (holder: string): string => `${holder} ${JSON.stringify(own)}`;
  return {
    acquire: async (name, holder, ttlMs) => {
      const lease = await leases.acquire(name, marked(holder), ttlMs);
      if (lease) return lease;
      const present = await leases.holderOf(name);
      if (present === null || !isOfTheDead(present)) return null;
      // Only that holder's lease goes; of several heirs one gets it.
      await leases.release(name, present);
      return leases.acquire(name, marked(holder), ttlMs);
    },
    release: (name, holder) => leases.release(name, marked(holder)),
    holderOf: (name) => leases.holderOf(name),
    once: (name, ttlMs) => leases.once(name, ttlMs),
    nowMs: () => leases.nowMs(),
  };
}

function isOfTheDead(holder: string): boolean {
  const identity = parseIdentity(holder.slice(holder.lastIndexOf(' {') + 1));
  return identity !== null && hasEnded(identity);
}
