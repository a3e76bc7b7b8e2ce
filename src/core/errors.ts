/**
 * The one registry of errors that people see. The key is the stable machine code that appears as
 * `DETOUR_ERR_<KEY>` in logs, on the command line and in problem+json answers; `status` is the HTTP status.
 */
export const ERRORS = {
  INVALID_INPUT: { status: 400, title: 'The input does not match its schema' },
  INVALID_CONFIG: { status: 500, title: 'The configuration is wrong' },
  INVALID_NETWORK: { status: 422, title: 'The network file is wrong' },
  INVALID_DEMANDS: { status: 422, title: 'The demands file is wrong' },
  INVALID_SCENARIO: { status: 422, title: 'The scenario file is wrong' },
  FILE_UNREADABLE: { status: 500, title: 'The file cannot be read' },
  NOT_FOUND: { status: 404, title: 'There is no such object' },
  CONFLICT: { status: 409, title: 'The object is not in a state that allows this' },
  SAMPLES_REFUSED: { status: 422, title: 'No sample of the batch was accepted' },
  CLOCK_SKEW: { status: 422, title: 'The time stamp lies in the future' },
  UNKNOWN_LINK: { status: 422, title: 'The link is not part of the network' },
  SAMPLE_TOO_OLD: { status: 422, title: 'The sample is too old to be of use' },
  OUT_OF_ORDER: { status: 422, title: 'A newer sample of this interface is known already' },
  BACKLOG_FULL: { status: 503, title: 'The scorers are behind; the queue of samples is full' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'This address does not take this method' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The body has a media type that is not understood' },
  FOREIGN_ORIGIN: { status: 403, title: 'The request comes from another site' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  RATE_LIMITED: { status: 429, title: 'Too many requests' },
  BUSY: { status: 503, title: 'There is more to do than can wait' },
  NOT_SIMULATED: { status: 409, title: 'Detour changes nothing in this network' },
  GUARDRAIL: { status: 409, title: 'A guardrail forbids this change' },
  WORLD_CHANGED: { status: 409, title: 'The network is not as it was when this was planned' },
  UNREALISABLE: { status: 409, title: 'The actuator cannot carry this out' },
  ACTUATOR_FAILED: { status: 502, title: 'The network did not take the change' },
  REQUEST_KEY_USED: { status: 422, title: 'The idempotency key was used for something else' },
  UNAUTHENTICATED: { status: 401, title: 'A valid token is needed' },
  FORBIDDEN: { status: 403, title: 'The role does not allow this' },
  NOT_READY: { status: 503, title: 'The service is not ready' },
  TIMEOUT: { status: 504, title: 'The operation took too long' },
  INTERNAL: { status: 500, title: 'Something went wrong inside Detour' },
  PORT_TAKEN: { status: 500, title: 'The port is taken' },
  DATA_DIR_LOCKED: { status: 500, title: 'Another instance uses this data folder' },
  HISTORY_UNAVAILABLE: { status: 503, title: 'The history cannot be read' },
  REDIS_UNREACHABLE: { status: 503, title: 'Redis cannot be reached' },
  REDIS_UNSUITABLE: { status: 500, title: 'This Redis cannot be used' },
  REDIS_EMPTY: { status: 503, title: 'Redis has lost its data' },
  REDIS_MISSING: { status: 500, title: 'No Redis server was found' },
  CORRUPT_RECORD: { status: 500, title: 'A stored record cannot be read' },
  SCHEMA_TOO_NEW: { status: 500, title: 'The stored data was written by a newer Detour' },
  NODE_TOO_OLD: { status: 500, title: 'Node.js is too old' },
  MODEL: { status: 503, title: 'The model cannot be used' },
  SNMP_TIMEOUT: { status: 504, title: 'The device did not answer' },
  SNMP_REFUSED: { status: 502, title: 'The device does not accept the credentials' },
  SNMP_BAD_ANSWER: { status: 502, title: 'The device sent an answer that cannot be used' },
  SNMP_NOT_INCREASING: { status: 502, title: 'The device walks in circles' },
  SNMP_WALK_CUT: { status: 502, title: 'The walk was cut short' },
  SNMP_CREDENTIALS: { status: 500, title: 'The SNMP credentials cannot be resolved' },
} as const;

export type ErrorKey = keyof typeof ERRORS;
export type ErrorCode = `DETOUR_ERR_${ErrorKey}`;

export interface ErrorDetails {
  /** Path of the offending field, e.g. `links[3].capacityBps`. */
  readonly field?: string;
  /** The offending value as it came in (never a secret). */
  readonly value?: unknown;
  /** What the reader can do about it, one sentence. */
  readonly hint?: string;
  /** Where more than one thing is wrong; else the one field. */
  readonly problems?: readonly FieldProblem[];
  readonly cause?: unknown;
}

/** One field that is wrong, and what is wrong with it. */
export interface FieldProblem {
  /** `links[3].capacityBps`, `limit`. */
  readonly field: string;
  readonly message: string;
  /** As it came in; undefined where there is none or it may be a secret. */
  readonly value?: unknown;
}

/** An error that is meant for people: one line that says what is wrong, where, and what to do. */
export class DetourError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly title: string;
  readonly field: string | undefined;
  readonly value: unknown;
  readonly hint: string | undefined;
  /** Every field that is wrong; empty where the error is about none. */
  readonly problems: readonly FieldProblem[];

  constructor(key: ErrorKey, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'DetourError';
    this.code = `DETOUR_ERR_${key}`;
    this.status = ERRORS[key].status;
    this.title = ERRORS[key].title;
    this.field = details.field;
    this.value = details.value;
    this.hint = details.hint;
    const own = details.field === undefined ? [] : [{ field: details.field, message, value: details.value }];
    this.problems = details.problems ?? own;
  }

  /** The line that is printed on a terminal. */
  get line(): string {
    return `${this.code}: ${this.message}${this.hint ? ` (${this.hint})` : ''}`;
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
