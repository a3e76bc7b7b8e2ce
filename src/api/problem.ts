import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { DetourError, ERRORS, type ErrorKey } from '../core/errors.ts';
import { problemDetails } from '../core/problem.ts';
import { describeProblem, preview, type SchemaProblem } from '../core/schema.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** RFC 9457 problem details, with the code of our registry and the fields that are wrong. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'address of a description of this kind of problem' }),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String({ description: 'what is wrong with this request' }),
    instance: Type.String({ description: 'path of the request' }),
    code: Type.String({ description: 'stable code for machines' }),
    requestId: Type.String({ description: 'names the request in the log' }),
    hint: Type.Optional(Type.String({ description: 'what to do about it' })),
    errors: Type.Array(
      Type.Object({
        field: Type.String({ description: '`samples[3].linkId`, `limit`' }),
        message: Type.String(),
        value: Type.Optional(Type.Unknown({ description: 'the value as it came in, shortened' })),
      }),
    ),
  },
  {
    examples: [
      {
        type: '/docs/errors#DETOUR_ERR_INVALID_INPUT',
        title: 'The input does not match its schema',
        status: 400,
        detail: 'limit: must be <= 1000, got 5000',
        instance: '/api/v1/links',
        code: 'DETOUR_ERR_INVALID_INPUT',
        requestId: 'req-1',
        errors: [{ field: 'limit', message: 'must be <= 1000', value: 5000 }],
      },
    ],
  },
);
export type Problem = Static<typeof ProblemSchema>;

/** Input with several wrong fields. */
export class InputError extends DetourError {
  override readonly problems: readonly SchemaProblem[];

  constructor(problems: readonly SchemaProblem[], key: ErrorKey = 'INVALID_INPUT') {
    const first = problems[0];
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    super(key, first ? `${describeProblem(first)}${more}` : ERRORS[key].title, {
      field: first?.field,
      value: first?.value,
    });
    this.problems = problems;
  }
}

/** One wrong field. */
export function inputError(field: string, message: string, value?: unknown): InputError {
  return new InputError([{ field, message, value }]);
}

/** For an address that leads nowhere. */
export function nothingHere(): DetourError {
  return new DetourError('NOT_FOUND', 'there is nothing at this address', { field: 'path' });
}

/** `no link "X"`, for an id that names nothing. */
export function notFound(what: string, field: string, id: string): DetourError {
  return new DetourError('NOT_FOUND', `there is no ${what} ${preview(id)}`, { field, value: id });
}

/** Fastify's own refusals, by their code; all others of them are input that does not match. */
const FASTIFY_CODES: Readonly<Record<string, ErrorKey>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_HANDLER_TIMEOUT: 'TIMEOUT',
};

const PATH_CODES: ReadonlySet<string> = new Set(['FST_ERR_BAD_URL', 'FST_ERR_MAX_PARAM_LENGTH']);

/** What @fastify/static says of an address that climbs out of its folder. */
const FORBIDDEN_PATH = 'FST_STATIC_FORBIDDEN_PATH';

/** What was thrown, as an error for people; what is not their fault stays unnamed. */
export function asDetourError(error: unknown): DetourError {
  if (error instanceof DetourError) return error;
  const { code, statusCode, message } = Object(error) as { code?: string; statusCode?: number; message?: string };
  const known = FASTIFY_CODES[code ?? ''];
  if (known) return new DetourError(known, ERRORS[known].title.toLowerCase(), { field: fieldOf(known), cause: error });
  if (code === FORBIDDEN_PATH) return nothingHere();
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return inputError(partOf(code ?? '', error), message ?? 'cannot be read');
  }
  return new DetourError('INTERNAL', 'the request failed inside Detour; the log has the cause', { cause: error });
}

/** The part of a request that one of Fastify's refusals is about. */
function partOf(code: string, error: unknown): string {
  if (PATH_CODES.has(code)) return 'path';
  return code.startsWith('FST_ERR_CTP_') || error instanceof SyntaxError ? 'body' : 'request';
}

function fieldOf(key: ErrorKey): string | undefined {
  if (key === 'BODY_TOO_LARGE') return 'body';
  return key === 'UNSUPPORTED_MEDIA_TYPE' ? 'content-type' : undefined;
}

/** The problem document of an error, for the request at `instance`. */
export function toProblem(error: DetourError, instance: string, requestId: string): Problem {
  const { errors, ...details } = problemDetails(error);
  return { ...details, instance, requestId, errors: [...errors] };
}

/** Sends an error as problem+json. */
export async function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const known = asDetourError(error);
  if (known.status >= 500 && known.status !== 503) {
    request.log.error({ err: error, method: request.method, route: request.routeOptions.url }, 'request failed');
  }
  if ((known.status === 429 || known.status === 503) && !reply.hasHeader('retry-after'))
    reply.header('retry-after', '1');
  return reply
    .code(known.status)
    .type(PROBLEM_MEDIA_TYPE)
    .send(toProblem(known, pathOf(request.url), request.id));
}

/** The path without the query, which may hold what should not be repeated. */
function pathOf(url: string): string {
  const path = url.split('?', 1)[0] as string;
  return path.length > 300 ? `${path.slice(0, 300)}...` : path;
}
