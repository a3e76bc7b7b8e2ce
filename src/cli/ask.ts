import { DetourError, ERRORS, type ErrorKey, messageOf } from '../core/errors.ts';
import { readSecret } from '../main/secret.ts';
import { configFrom } from './config-options.ts';

const TIMEOUT_MS = 30_000;

/** Where a service with the settings of this environment listens. Throws INVALID_CONFIG. */
export function ownAddress(): string {
  const { host, port } = configFrom({});
  // Who listens on all addresses is on the loopback one too.
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/**
 * Asks a running service; answers the JSON it sent. Rejects with the service's own error code when it refuses, and
 * NOT_READY when none answers.
 */
export async function ask(
  url: string,
  path: string,
  method: string,
  body?: unknown,
  more: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const headers = { ...more, ...(await authorization()) };
  let response: Response;
  try {
    response = await fetch(new URL(path, url), {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw new DetourError('NOT_READY', `no service answers at ${url}: ${messageOf(cause)}`, {
      hint: `start one with 'npm start', or name its address with --url`,
      cause,
    });
  }
  const answer: unknown = await response.json().catch((cause: unknown) => {
    throw new DetourError('NOT_READY', `${path}: the answer is not JSON`, { hint: 'is this address Detour?', cause });
  });
  if (!response.ok) throw refusal(path, response.status, answer);
  return answer;
}

/** The token that the configuration names. Throws INVALID_CONFIG when it cannot be read. */
async function authorization(): Promise<Record<string, string>> {
  const { token } = configFrom({});
  return token === null ? {} : { authorization: `Bearer ${await readSecret('token', token, process.env)}` };
}

function refusal(path: string, status: number, answer: unknown): DetourError {
  const problem = Object(answer) as { code?: unknown; detail?: unknown; title?: unknown; hint?: unknown };
  const key = String(problem.code).replace(/^DETOUR_ERR_/, '');
  const known = Object.hasOwn(ERRORS, key) ? (key as ErrorKey) : 'NOT_READY';
  const words = `${path}: ${problem.detail ?? problem.title ?? status}`;
  return new DetourError(known, words, typeof problem.hint === 'string' ? { hint: problem.hint } : {});
}
