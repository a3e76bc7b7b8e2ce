import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { compileSchema } from '../core/schema.ts';
import { InputError } from './problem.ts';

/** The parts of a JSON schema that matter for reading a query string. */
interface QueryProperty {
  readonly type?: string;
  readonly items?: unknown;
}

type Query = Record<string, unknown>;

const MAX_PROBLEMS = 100;

/**
 * Compiles route schemas with TypeBox. Nothing is coerced and nothing is removed: null stays null, "12" is not 12,
 * an unknown field is refused by its name. Only query strings, which know no types, are read by their schema.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const checker = compileSchema(schema, 'INVALID_INPUT');
  const read = httpPart === 'querystring' ? queryReader(schema) : (value: unknown) => value;
  const root = httpPart === 'querystring' ? 'query' : (httpPart ?? 'value');
  return (data: unknown) => {
    const value = read(data);
    if (checker.matches(value)) return { value };
    const problems = checker.problems(value, MAX_PROBLEMS);
    return { error: new InputError(problems.map((problem) => ({ ...problem, field: problem.field || root }))) };
  };
};

/** Reads numbers, booleans and lists out of query parameters; what cannot be read is left for the check to refuse. */
function queryReader(schema: TSchema): (data: unknown) => unknown {
  const properties = (schema as { properties?: Record<string, QueryProperty> }).properties ?? {};
  return (data) => {
    const query: Query = { ...(data as Query) };
    for (const [name, property] of Object.entries(properties)) {
      if (query[name] !== undefined) query[name] = readParameter(query[name], property);
    }
    return query;
  };
}

function readParameter(value: unknown, property: QueryProperty): unknown {
  if (property.type === 'array') {
    // `state=down&state=unhealthy` and `state=down,unhealthy` mean the same.
    return (Array.isArray(value) ? value : [value]).flatMap((item) => String(item).split(','));
  }
  if (typeof value !== 'string') return value;
  if (property.type === 'integer' || property.type === 'number') return readNumber(value);
  return value;
}

/** Plain decimal notation only: `Number` would also take "", "0x10" and " 12 ". */
function readNumber(text: string): number | string {
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text;
}
