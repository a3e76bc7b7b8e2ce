import { readFile, stat } from 'node:fs/promises';
import { inspect } from 'node:util';
import { DetourError } from '../../core/errors.ts';

/** A v3 user as a JSON object, on several lines if its writer likes; see agent-credentials.ts. */
const MAX_USER_BYTES = 4096;

const HIDDEN = '[hidden]';

/** A secret that cannot be printed, logged or serialised by accident. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The secret itself; only for the one call that needs it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

export interface CredentialSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told about credentials that are less protected than they should be. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Reads the community, or the JSON of a v3 user, that `reference` (`env:NAME` or `file:PATH`) points to.
 * @throws DetourError SNMP_CREDENTIALS, which names the reference and never what it holds.
 */
export async function resolveCredentials(reference: string, sources: CredentialSources): Promise<Secret> {
  const [, scheme, target] = /^(env|file):(.+)$/s.exec(reference) ?? [];
  if (scheme === 'env' && target) return checked(sources.env[target], `the environment variable ${target}`);
  if (scheme === 'file' && target) return checked(await readSecret(target, sources), `the file ${target}`);
  // The value is left out: someone may have written the community itself here.
  throw new DetourError('SNMP_CREDENTIALS', 'credentials: must be env:NAME or file:PATH', {
    field: 'credentials',
    hint: 'name where the community is kept, not the community itself',
  });
}

async function readSecret(path: string, sources: CredentialSources): Promise<string> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) {
      sources.onWarning?.(`the credentials file ${path} can be read by others (chmod 600 ${path})`);
    }
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new DetourError('SNMP_CREDENTIALS', `the credentials file ${path} cannot be read: ${code}`, {
      field: 'credentials',
      value: `file:${path}`,
    });
  }
}

function checked(value: string | undefined, where: string): Secret {
  if (value === undefined || value === '') {
    throw new DetourError('SNMP_CREDENTIALS', `${where} is ${value === undefined ? 'not set' : 'empty'}`, {
      field: 'credentials',
      hint: 'put the SNMP community there, or the JSON of a v3 user',
    });
  }
  if (value.trimStart().startsWith('{') && Buffer.byteLength(value) <= MAX_USER_BYTES) return new Secret(value);
  if (Buffer.byteLength(value) > 255 || /[\r\n\0]/.test(value)) {
    throw new DetourError('SNMP_CREDENTIALS', `${where} does not hold a community (one line, at most 255 octets)`, {
      field: 'credentials',
    });
  }
  return new Secret(value);
}
