import { type TProperties, type TSchema, Type } from 'typebox';
import { nullable } from '../../core/schema.ts';
import { PROBLEM_MEDIA_TYPE, ProblemSchema } from '../problem.ts';

/** A query string; parameters that are not named are refused. */
export const Query = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false });

export const NoQuery = Query({});
export const NoBody = Type.Object({}, { additionalProperties: false, description: 'nothing, or an empty object' });

export const IdParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) });

export const MAX_LIMIT = 1000;
export const Limit = Type.Optional(
  Type.Integer({ minimum: 1, maximum: MAX_LIMIT, default: 100, description: 'most items of one page' }),
);
export const Cursor = Type.Optional(
  Type.String({ minLength: 1, maxLength: 2000, description: '`next` of the page before, with the same filter' }),
);

/** A page of a list. */
export const List = <T extends TSchema>(items: T) =>
  Type.Object({
    items: Type.Array(items),
    next: nullable(Type.String({ description: 'cursor of the next page; null on the last one' })),
  });

export const PerDirection = Type.Object({ az: Type.Number(), za: Type.Number() });

const problemContent = { content: { [PROBLEM_MEDIA_TYPE]: { schema: ProblemSchema } } };

/** Responses that every route can give. */
export const problemResponses = {
  '4xx': { description: 'The request was refused', ...problemContent },
  '5xx': { description: 'The service could not answer', ...problemContent },
} as const;
