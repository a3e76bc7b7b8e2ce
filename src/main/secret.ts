import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { DetourError, messageOf } from '../core/errors.ts';

/** Characters of a secret that nobody shall guess. */
const SHORTEST = 32;

/**
 * The secret that `env:NAME` or `file:PATH` names, for the setting `field`. Throws INVALID_CONFIG, which names where it
 * was looked for and never what was there.
 */
export async function readSecret(
  field: string,
  reference: string,
  environment: Readonly<Record<string, string | undefined>>,
  shortest = SHORTEST,
): Promise<string> {
  const [, scheme, target = ''] = /^(env|file):(.+)$/s.exec(reference) ?? [];
  const text = scheme === 'env' ? (environment[target] ?? '') : await readText(field, target);
  const secret = text.trim();
  if (secret.length >= shortest) return secret;
  throw new DetourError(
    'INVALID_CONFIG',
    `${field}: the secret in ${scheme}:${target} must have ${shortest} characters`,
    {
      field,
      hint: "make one with 'openssl rand -hex 32'",
    },
  );
}

async function readText(field: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new DetourError('INVALID_CONFIG', `${field}: ${path} cannot be read: ${messageOf(cause)}`, { field, cause });
  }
}

/** Compares texts with the secret in constant time, without keeping it. */
export function matcherOf(secret: string): { matches(text: string): boolean } {
  const kept = digest(secret);
  return { matches: (text) => timingSafeEqual(kept, digest(text)) };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
