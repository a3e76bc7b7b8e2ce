import { type Static, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { DetourError, type ErrorKey } from './errors.ts';

/** The schema, or null: unknown is null, with the reason beside it. */
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** One reason why a value does not match its schema. */
export interface SchemaProblem {
  /** `links[3].capacityBps`; empty for the value itself. */
  readonly field: string;
  /** `must be > 0`. */
  readonly message: string;
  readonly value: unknown;
}

export interface SchemaChecker<T extends TSchema> {
  /** True when the value matches; coerces nothing. */
  matches(value: unknown): value is Static<T>;
  /** All reasons why it does not; at most `limit`. */
  problems(value: unknown, limit?: number): SchemaProblem[];
  /** The value, typed; throws DetourError that names the first field and its value. */
  parse(value: unknown): Static<T>;
}

/** Compiles a TypeBox schema once; `errorKey` is the code of the error that `parse` throws. */
export function compileSchema<T extends TSchema>(schema: T, errorKey: ErrorKey): SchemaChecker<T> {
  // Compiled when first used: a command that needs one schema should not wait for all of them.
  let compiled: ReturnType<typeof Compile<T>> | null = null;
  const validator = () => {
    compiled ??= Compile(schema);
    return compiled;
  };
  const matches = (value: unknown): value is Static<T> => validator().Check(value);
  const problems = (value: unknown, limit = 20): SchemaProblem[] =>
    matches(value) ? [] : distinct(validator().Errors(value) as ValidationError[], value).slice(0, limit);
  const parse = (value: unknown): Static<T> => {
    if (matches(value)) return value;
    const [first] = problems(value, 1);
    throw new DetourError(errorKey, describeProblem(first ?? { field: '', message: 'does not match', value }), {
      field: first?.field,
      value: first?.value,
    });
  };
  return { matches, problems, parse };
}

/** The shape of an error as TypeBox (and Ajv) report it. */
export interface ValidationError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: unknown;
  readonly message: string;
}

/** `links[3].capacityBps: must be > 0, got -5`. */
export function describeProblem(problem: SchemaProblem): string {
  const got = problem.value === undefined ? '' : `, got ${preview(problem.value)}`;
  return `${problem.field || 'value'}: ${problem.message}${got}`;
}

/** A value as short JSON; NaN and infinities by name. */
export function preview(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(glimpse(value, 4)) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The outermost levels of a value: lists within lists, 100,000 deep, would exhaust the stack of JSON.stringify. */
function glimpse(value: unknown, levels: number): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (levels === 0) return '...';
  if (Array.isArray(value)) return value.slice(0, 30).map((item) => glimpse(item, levels - 1));
  const entries = Object.entries(value).slice(0, 30);
  return Object.fromEntries(entries.map(([key, item]) => [key, glimpse(item, levels - 1)]));
}

/** `/links/3/capacityBps` as `links[3].capacityBps`. */
export function fieldPath(instancePath: string, tail?: string): string {
  const keys = instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (tail !== undefined) keys.push(tail);
  return keys.reduce((path, key) => (/^\d+$/.test(key) ? `${path}[${key}]` : path ? `${path}.${key}` : key), '');
}

/** One problem per field, from the errors of a validator; the branches of a union are told as one. */
export function distinct(errors: readonly ValidationError[], root: unknown): SchemaProblem[] {
  const byField = new Map<string, SchemaProblem>();
  for (const error of errors) {
    for (const problem of expand(error, root)) {
      if (!byField.has(problem.field))
        byField.set(problem.field, { ...problem, message: ofUnion(problem, error, errors) });
    }
  }
  return [...byField.values()];
}

/** `must be one of "a", "z"` for a union of literals, `must be number or null` for a nullable. */
function ofUnion(problem: SchemaProblem, error: ValidationError, errors: readonly ValidationError[]): string {
  const siblings = errors.filter((other) => other.instancePath === error.instancePath);
  if (!siblings.some((other) => other.keyword === 'anyOf')) return problem.message;
  const literals = siblings.filter((other) => other.keyword === 'const').map((other) => other.params);
  const orNull = siblings.some((other) => other.keyword === 'type' && other.message === 'must be null')
    ? ' or null'
    : '';
  if (error.keyword === 'type' && error.message === 'must be null') return problem.message;
  if (error.keyword !== 'const' || literals.length < 2) return `${problem.message}${orNull}`;
  const allowed = literals.map((params) => preview((params as { allowedValue: unknown }).allowedValue));
  return `must be one of ${allowed.join(', ')}${orNull}`;
}

function expand(error: ValidationError, root: unknown): SchemaProblem[] {
  const params = error.params as {
    requiredProperties?: string[];
    missingProperty?: string;
    additionalProperties?: string[];
    additionalProperty?: string;
    allowedValues?: unknown[];
  };
  const missing = params.requiredProperties ?? (params.missingProperty ? [params.missingProperty] : null);
  if (missing) {
    return missing.map((name) => ({
      field: fieldPath(error.instancePath, name),
      message: 'is missing',
      value: undefined,
    }));
  }
  const unknown = params.additionalProperties ?? (params.additionalProperty ? [params.additionalProperty] : null);
  if (unknown) {
    return unknown.map((name) => ({
      field: fieldPath(error.instancePath, name),
      message: 'is not a known field',
      value: undefined,
    }));
  }
  if (error.keyword === 'boolean') {
    return [{ field: fieldPath(error.instancePath), message: 'is not a known field', value: undefined }];
  }
  const message = params.allowedValues
    ? `must be one of ${params.allowedValues.map(preview).join(', ')}`
    : error.message;
  return [{ field: fieldPath(error.instancePath), message, value: valueAt(root, error.instancePath) }];
}

function valueAt(root: unknown, instancePath: string): unknown {
  return instancePath
    .split('/')
    .slice(1)
    .reduce<unknown>(
      (value, key) =>
        value !== null && typeof value === 'object'
          ? (value as Record<string, unknown>)[key.replaceAll('~1', '/').replaceAll('~0', '~')]
          : undefined,
      root,
    );
}
