import type { Problem } from '../../api/schemas/screen.ts';

/** A request that the service refused, or that never reached it (`status` 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string | null;
  readonly hint: string | null;

  constructor(status: number, message: string, code: string | null, hint: string | null) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

/** What went wrong, from an answer that is not 2xx; other things than problem documents (proxies) give their status. */
export async function errorOf(response: Response): Promise<ApiError> {
  const problem: Partial<Problem> = await response.json().catch(() => ({}));
  const message = problem.detail ?? problem.title ?? `the service answered ${response.status}`;
  return new ApiError(response.status, message, problem.code ?? null, problem.hint ?? null);
}
