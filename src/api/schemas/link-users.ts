import { type Static, Type } from 'typebox';
import { nullable } from '../../core/schema.ts';
import { Query } from './common.ts';

export const MAX_USERS = 200;
export const LinkUsersQuery = Query({
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: MAX_USERS, default: 20, description: 'demands told, largest share first' }),
  ),
});

/** Whose traffic a link carries, by the model: measured loads do not say. */
export const LinkUsersSchema = Type.Object({
  linkId: Type.String(),
  atMs: Type.Number(),
  demandSource: nullable(
    Type.String({ description: 'measured, file or estimated; null: it is not known where traffic goes' }),
  ),
  count: Type.Integer({ description: 'all demands that cross the link' }),
  items: Type.Array(
    Type.Object({
      demand: Type.String(),
      source: Type.String(),
      target: Type.String(),
      bps: Type.Number({ description: 'of the whole demand' }),
      azBps: Type.Number({ description: 'of it on this link from a to z' }),
      zaBps: Type.Number(),
      pinned: Type.Boolean({ description: 'on an explicit path, not where the IGP sends it' }),
      arcs: Type.Array(Type.String(), { description: 'its largest path over this link' }),
    }),
  ),
});
export type LinkUsers = Static<typeof LinkUsersSchema>;
