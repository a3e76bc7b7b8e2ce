import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError } from 'fastify';
import { DetourError, type ErrorKey } from '../../core/errors.ts';
import type { ApiServer } from '../deps.ts';
import { nothingHere, PROBLEM_MEDIA_TYPE, sendProblem, toProblem } from '../problem.ts';

/** Every refusal and failure is answered as RFC 9457 problem+json. */
export function registerProblems(app: ApiServer): void {
  const routes: { readonly pattern: RegExp; readonly method: string }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    for (const each of [method].flat()) routes.push({ pattern: patternOf(url), method: each });
  });
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) => {
    const path = request.url.split('?', 1)[0] as string;
    const allowed = routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    // A route that takes the method may itself have found nothing: a file that is not there.
    if (allowed.length === 0 || allowed.includes(request.method)) return sendProblem(nothingHere(), request, reply);
    const list = [...new Set(allowed)].sort().join(', ');
    reply.header('allow', list);
    const error = new DetourError('METHOD_NOT_ALLOWED', `${request.method} is not possible here, only ${list}`, {
      field: 'method',
      value: request.method,
    });
    return sendProblem(error, request, reply);
  });
}

/** `/links/:id` as an expression; a trailing `*` takes the rest. */
function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part === '*') return '.*';
    return part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('/')}$`);
}

/** What Node's parser refuses before there is a request: answered on the bare socket. */
export function answerClientError(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = CLIENT_ERROR_STATUS[error.code] ?? 400;
  const key: ErrorKey = 'INVALID_INPUT';
  const refusal = new DetourError(key, 'the request is not one that HTTP allows', { field: 'request' });
  const body = JSON.stringify({ ...toProblem(refusal, '/', 'none'), status });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${PROBLEM_MEDIA_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

const CLIENT_ERROR_STATUS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};
