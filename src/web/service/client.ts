import { ApiError, errorOf } from './problem.ts';
import { authorization, noteAnswer } from './token.ts';

export type Parameters = Readonly<Record<string, string | number | readonly string[] | null | undefined>>;

const BASE = '/api/v1';

/** The address of something in the API; parameters that are null or undefined are left out. */
export function apiUrl(path: string, parameters: Parameters = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === null || value === undefined) continue;
    query.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = query.toString();
  return `${BASE}${path}${text === '' ? '' : `?${text}`}`;
}

export interface GetOptions {
  readonly parameters?: Parameters;
  readonly signal?: AbortSignal;
}

/** Reads JSON. Rejects with ApiError. */
export function get<T>(path: string, { parameters, signal }: GetOptions = {}): Promise<T> {
  return call<T>(apiUrl(path, parameters), { ...(signal ? { signal } : {}), headers: { accept: 'application/json' } });
}

/** Posts JSON and reads the answer. Rejects with ApiError. */
export function post<T>(path: string, body: unknown = {}): Promise<T> {
  return send<T>('POST', path, body);
}

/** Puts JSON and reads the answer. Rejects with ApiError. */
export function put<T>(path: string, body: unknown): Promise<T> {
  return send<T>('PUT', path, body);
}

function send<T>(method: string, path: string, body: unknown): Promise<T> {
  return call<T>(apiUrl(path), {
    method,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function call<T>(url: string, init: RequestInit): Promise<T> {
  const asked = authorization();
  const headers = { ...init.headers, ...asked };
  const response = await fetch(url, { ...init, headers }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'the service cannot be reached', null, 'is it running, and is this page from it?');
  });
  noteAnswer(response.status, asked);
  if (!response.ok) throw await errorOf(response);
  return response.json() as Promise<T>;
}
