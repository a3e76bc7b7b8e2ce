import { Type } from 'typebox';
import { DetourError, messageOf } from '../../core/errors.ts';
import { compileSchema } from '../../core/schema.ts';
import { encodeWriteRequest, snappyLiterals, type WireSeries } from './wire.ts';

const TIMEOUT_MS = 20_000;
const ANSWER_MAX_BYTES = 256 * 1024 * 1024;

const Matrix = Type.Object({
  data: Type.Object({
    result: Type.Array(
      Type.Object({
        metric: Type.Record(Type.String(), Type.String()),
        values: Type.Array(Type.Tuple([Type.Number(), Type.String()])),
      }),
    ),
  }),
});
const Names = Type.Object({ data: Type.Array(Type.String()) });
const Vector = Type.Object({
  data: Type.Object({ result: Type.Array(Type.Object({ value: Type.Tuple([Type.Number(), Type.String()]) })) }),
});
const matrix = compileSchema(Matrix, 'HISTORY_UNAVAILABLE');
const names = compileSchema(Names, 'HISTORY_UNAVAILABLE');
const vector = compileSchema(Vector, 'HISTORY_UNAVAILABLE');

export interface MatrixSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [seconds: number, value: string])[];
}

/** The HTTP API of Prometheus as far as it is used; the same at VictoriaMetrics, Mimir and Thanos. */
export class PrometheusClient {
  readonly #base: string;
  readonly #authorization: string | null;

  /** A user and a password in the address become a header, so that no error can show them. */
  constructor(url: string) {
    const parsed = new URL(url);
    const { username, password } = parsed;
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.#authorization = username === '' ? null : `Basic ${Buffer.from(credentials).toString('base64')}`;
    [parsed.username, parsed.password] = ['', ''];
    this.#base = parsed.href.replace(/\/+$/, '');
  }

  /** Resolves with the reason where the database refuses what it was sent; sending it again would not help. */
  async write(series: readonly WireSeries[]): Promise<string | null> {
    const response = await this.#fetch('/api/v1/write', {
      headers: {
        'content-type': 'application/x-protobuf',
        'content-encoding': 'snappy',
        'x-prometheus-remote-write-version': '0.1.0',
      },
      body: new Uint8Array(snappyLiterals(encodeWriteRequest(series))),
    });
    const text = (await response.text()).slice(0, 300);
    if (response.ok) return null;
    if (response.status >= 500 || response.status === 429) throw this.#refused('write', response.status, text);
    return `${response.status} ${text}`;
  }

  async queryRange(query: string, fromMs: number, toMs: number, stepMs: number): Promise<MatrixSeries[]> {
    const form = { query, start: seconds(fromMs), end: seconds(toMs), step: seconds(stepMs), nocache: '1' };
    const answer = matrix.parse(await this.#ask('/api/v1/query_range', form));
    return answer.data.result.map(({ metric, values }) => ({ labels: metric, values }));
  }

  /** The number an expression has at a moment; null where it has none. */
  async queryNumber(query: string, atMs: number): Promise<number | null> {
    const answer = vector.parse(await this.#ask('/api/v1/query', { query, time: seconds(atMs), nocache: '1' }));
    const text = answer.data.result[0]?.value[1];
    return text === undefined ? null : Number(text);
  }

  async seriesNames(match: string, fromMs: number, toMs: number): Promise<string[]> {
    const form = new URLSearchParams({ 'match[]': match, start: seconds(fromMs), end: seconds(toMs) });
    const response = await this.#fetch(`/api/v1/label/__name__/values?${form}`, null);
    return names.parse(await this.#json('label values', response)).data;
  }

  async #ask(path: string, form: Record<string, string>): Promise<unknown> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.#json(path, await this.#fetch(path, { headers, body: new URLSearchParams(form).toString() }));
  }

  async #json(what: string, response: Response): Promise<unknown> {
    const text = await response.text();
    if (!response.ok) throw this.#refused(what, response.status, text);
    if (text.length > ANSWER_MAX_BYTES) throw this.#refused(what, response.status, 'the answer is too long');
    return JSON.parse(text);
  }

  async #fetch(
    path: string,
    post: { headers: Record<string, string>; body: string | Uint8Array<ArrayBuffer> } | null,
  ): Promise<Response> {
    const headers = { ...post?.headers, ...(this.#authorization ? { authorization: this.#authorization } : {}) };
    const method = post ? 'POST' : 'GET';
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      return await fetch(`${this.#base}${path}`, { method, headers, body: post?.body ?? null, signal });
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
      throw new DetourError('HISTORY_UNAVAILABLE', `${this.#base} cannot be reached: ${cause}`, {
        hint: 'check historyUrl and that the database runs there',
      });
    }
  }

  #refused(what: string, status: number, text: string): DetourError {
    const reason = text.replaceAll('\n', ' ').slice(0, 300);
    return new DetourError('HISTORY_UNAVAILABLE', `${this.#base} refuses ${what} (${status}): ${reason}`);
  }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
