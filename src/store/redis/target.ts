import type { RedisOptions } from 'ioredis';
import { DetourError } from '../../core/errors.ts';

export interface RedisTarget {
  readonly options: RedisOptions;
  /** The address for people: never with the user or the password. */
  readonly display: string;
  /** Texts that must not appear in a message. */
  readonly secrets: readonly string[];
}

const HINT = 'write redis://host:6379, rediss://host:6379 (TLS) or unix:///path/to/socket';

/** Reads `redis://`, `rediss://` and `unix://` addresses and plain socket paths. Throws INVALID_CONFIG. */
export function parseRedisTarget(urlOrSocketPath: string): RedisTarget {
  if (urlOrSocketPath.startsWith('/')) {
    return { options: { path: urlOrSocketPath }, display: `unix://${urlOrSocketPath}`, secrets: [] };
  }
  if (urlOrSocketPath.startsWith('unix:')) return unixTarget(urlOrSocketPath);
  const url = URL.canParse(urlOrSocketPath) ? new URL(urlOrSocketPath) : null;
  if (url === null) throw invalid('is not an address');
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') throw invalid('is not the address of a Redis');
  return networkTarget(url);
}

/** `unix://[user][:password@]/path[?db=n]`; URL cannot be asked, as it knows no user without a host. */
const UNIX = /^unix:\/\/(?:(?<username>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<path>\/[^?]+)(?:\?(?<query>.*))?$/;

function unixTarget(text: string): RedisTarget {
  const { username = '', password = '', path: rawPath, query } = UNIX.exec(text)?.groups ?? {};
  if (rawPath === undefined) throw invalid('names no socket');
  const path = decoded(rawPath);
  const login = { username, password };
  const options = { path, ...credentials(login), db: database(new URLSearchParams(query).get('db') ?? '') };
  return { options, display: `unix://${path}`, secrets: secretsOf(login) };
}

function networkTarget(url: URL): RedisTarget {
  const host = url.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1';
  const port = url.port === '' ? 6379 : Number(url.port);
  const db = database(url.searchParams.get('db') ?? url.pathname.slice(1));
  const tls = url.protocol === 'rediss:' ? { tls: { servername: host } } : {};
  const options = { host, port, ...credentials(url), db, ...tls };
  return { options, display: `${url.protocol}//${url.hostname || host}:${port}/${db}`, secrets: secretsOf(url) };
}

type Login = Pick<URL, 'username' | 'password'>;

function credentials(url: Login): Pick<RedisOptions, 'username' | 'password'> {
  return {
    ...(url.username === '' ? {} : { username: decoded(url.username) }),
    ...(url.password === '' ? {} : { password: decoded(url.password) }),
  };
}

function secretsOf(url: Login): string[] {
  return url.password === '' ? [] : [url.password, decoded(url.password)];
}

function database(text: string): number {
  if (text === '') return 0;
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw invalid('names a database that is no number');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid('has a percent sign that encodes nothing');
  }
}

/** Without the value: an address that is wrong may still hold a password. */
function invalid(what: string): DetourError {
  return new DetourError('INVALID_CONFIG', `redisUrl: ${what}`, { field: 'redisUrl', hint: HINT });
}
