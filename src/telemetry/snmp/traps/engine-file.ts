import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { DetourError, messageOf } from '../../../core/errors.ts';
import { LocalEngine } from '../usm/local-engine.ts';

const EngineSchema = Type.Object({
  engineId: Type.String({ pattern: '^[0-9a-f]{10,64}$' }),
  boots: Type.Integer({ minimum: 0, maximum: 2_147_483_646 }),
});

/**
 * Our own engine, as senders of informs know it. Its id stays the same for good and its boots grow with every start
 * (RFC 3414, section 2.2.1), so both are kept in a file. A file that cannot be read is replaced by a new identity.
 * @throws DetourError FILE_UNREADABLE when it cannot be written
 */
export async function persistentEngine(path: string, nowMs: () => number): Promise<LocalEngine> {
  const known = await readEngine(path);
  const engine = { engineId: known?.engineId ?? newEngineId(), boots: (known?.boots ?? 0) + 1 };
  try {
    await mkdir(dirname(path), { recursive: true });
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, `${JSON.stringify(engine)}\n`, { mode: 0o600 });
    await rename(draft, path);
  } catch (cause) {
    throw new DetourError('FILE_UNREADABLE', `${path} cannot be written: ${messageOf(cause)}`, {
      field: 'dataDir',
      value: path,
      cause,
    });
  }
  return new LocalEngine(Buffer.from(engine.engineId, 'hex'), nowMs, engine.boots);
}

async function readEngine(path: string): Promise<Static<typeof EngineSchema> | null> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return Value.Check(EngineSchema, value) ? value : null;
  } catch {
    return null;
  }
}

/** RFC 3411, SnmpEngineID: first bit set, no enterprise of our own, format 5 (octets), 12 random octets. */
function newEngineId(): string {
  return `8000000005${randomBytes(12).toString('hex')}`;
}
