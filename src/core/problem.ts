import type { DetourError, ErrorCode } from './errors.ts';
import { preview } from './schema.ts';

/** RFC 9457 problem details, with the code of our registry and the fields that are wrong. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly hint?: string;
  readonly errors: readonly { readonly field: string; readonly message: string; readonly value?: unknown }[];
}

/** An error as a problem document: what the API answers and what commands print with `--json`. */
export function problemDetails(error: DetourError): ProblemDetails {
  return {
    type: problemType(error.code),
    title: error.title,
    status: error.status,
    detail: error.message,
    code: error.code,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    errors: error.problems.map(({ field, message, value }) => ({
      field,
      message,
      // Values of our own failures were not sent by the caller, and are not the caller's to see.
      ...(value === undefined || error.status >= 500 ? {} : { value: shorten(value) }),
    })),
  };
}

/** Address of the description of a code, served beside the API's documentation. */
export function problemType(code: ErrorCode): string {
  return `/docs/errors#${code}`;
}

/** Objects and long texts are only hinted at: an answer must not grow with what was sent. */
function shorten(value: unknown): unknown {
  if (typeof value === 'string') return value.length > 200 ? `${value.slice(0, 200)}...` : value;
  return value !== null && typeof value === 'object' ? preview(value) : value;
}
