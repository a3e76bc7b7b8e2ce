import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { nullable } from '../core/schema.ts';

/** Process ids are used again after a while; the start time tells the old process from the new one. */
export const ProcessIdentitySchema = Type.Object({
  pid: Type.Integer({ minimum: 1 }),
  /** Clock ticks since boot (field 22 of /proc/<pid>/stat, proc(5)), with the boot; null where unknown. */
  start: nullable(Type.String()),
  host: Type.String(),
  /** Process ids mean something only in their own namespace (container); null where there are none. */
  namespace: nullable(Type.String()),
});
export type ProcessIdentity = Static<typeof ProcessIdentitySchema>;

export function identityOf(pid: number): ProcessIdentity {
  return { pid, start: startOf(pid), host: hostname(), namespace: namespace() };
}

/** Null when the text is not an identity. */
export function parseIdentity(text: string): ProcessIdentity | null {
  try {
    const value: unknown = JSON.parse(text);
    return Value.Check(ProcessIdentitySchema, value) ? value : null;
  } catch {
    return null;
  }
}

/** Null when that cannot be known from here: another machine or another container. */
export function isRunning(identity: ProcessIdentity): boolean | null {
  if (identity.host !== hostname() || identity.namespace !== namespace()) return null;
  const start = startOf(identity.pid);
  if (start !== null && identity.start !== null) return start === identity.start;
  return exists(identity.pid);
}

/**
 * True only where it is certain that the process has ended: it ran on this machine since this boot, and in this very
 * namespace. A machine of the same name, another container or an unreadable /proc prove nothing.
 */
export function hasEnded({ pid, start, host, namespace: space }: ProcessIdentity): boolean {
  if (start === null || space === null || !seesItself()) return false;
  if (host !== hostname() || space !== namespace() || !start.startsWith(`${bootId()}/`)) return false;
  // Without an entry it may only be hidden from this user (hidepid of proc(5)): a signal is answered all the same.
  const now = startOf(pid);
  return now === null ? !exists(pid) : now !== start;
}

/** Whether /proc is of this namespace: a container may show its host's. */
function seesItself(): boolean {
  try {
    return readlinkSync('/proc/self') === String(process.pid);
  } catch {
    return false;
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The second field, the program's name, may hold spaces and brackets: count from the last bracket. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only its parent has not taken notice.
    return state === 'Z' || state === 'X' ? 'ended' : `${bootId()}/${rest[18]}`;
  } catch {
    return null;
  }
}

function namespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}
