import { Type } from 'typebox';
import { TIERS } from '../../../topology/model.ts';
import { nullable } from '../../core/schema.ts';

const text = Type.String();
const perDirection = (minimum: { minimum: number } | { exclusiveMinimum: number }) =>
  Type.Object({ az: Type.Number(minimum), za: Type.Number(minimum) });

/** A network as it is kept: the validated model of topology/, not the file it came from. */
export const NetworkRecordSchema = Type.Object({
  name: text,
  nodes: Type.Array(
    Type.Object({
      id: text,
      name: text,
      lat: nullable(Type.Number()),
      lon: nullable(Type.Number()),
      tier: nullable(Type.Union(TIERS.map((tier) => Type.Literal(tier)))),
      mass: nullable(Type.Number()),
      address: nullable(text),
      snmpPort: Type.Number(),
      credentials: nullable(text),
    }),
  ),
  links: Type.Array(
    Type.Object({
      id: text,
      a: text,
      z: text,
      aInterface: nullable(text),
      zInterface: nullable(text),
      capacityBps: perDirection({ exclusiveMinimum: 0 }),
      latencyMs: perDirection({ minimum: 0 }),
      metric: perDirection({ exclusiveMinimum: 0 }),
      srlgs: Type.Array(text),
    }),
  ),
  srlgs: Type.Array(Type.Object({ id: text, name: text })),
});
