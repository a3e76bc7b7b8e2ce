import { randomUUID } from 'node:crypto';
import { DetourError } from '../../core/errors.ts';
import { pause } from '../../core/pause.ts';
import type { LeaseStore } from '../../store/store.ts';
import { holding } from './holding.ts';

const TURN = 'begin-change';
/** Renewed while a change is begun; the turn of one that was killed where nobody can see it ends after it. */
const TURN_TTL_MS = 10_000;
const WAIT_MS = 12_000;
const ASK_EVERY_MS = 50;

/**
 * Runs `begin` while no other process or request begins a change: what one change takes, in room and by the guardrails'
 * count, the next has to see. Rejects with CONFLICT where the turn does not come within 12 s.
 */
export async function inTurn<T>(leases: LeaseStore, begin: () => Promise<T>): Promise<T> {
  const holder = randomUUID();
  await takeTurn(leases, holder);
  return holding(leases, { name: TURN, holder, ttlMs: TURN_TTL_MS }, begin);
}

async function takeTurn(leases: LeaseStore, holder: string): Promise<void> {
  const never = new AbortController().signal;
  for (let waitedMs = 0; waitedMs < WAIT_MS; waitedMs += ASK_EVERY_MS) {
    if (await leases.acquire(TURN, holder, TURN_TTL_MS)) return;
    await pause(ASK_EVERY_MS, never);
  }
  throw new DetourError('CONFLICT', 'other changes are being begun, and did not end in time', {
    hint: 'try again in a few seconds',
  });
}
