import { Type } from 'typebox';
import { nullable } from '../../core/schema.ts';

/** Where nodes are drawn: on the globe, or on a plane where too few coordinates are known. */
export const LayoutSchema = Type.Object({
  networkHash: Type.String({ description: 'of the network the places are for' }),
  kind: Type.Enum(['geographic', 'schematic']),
  extent: nullable(Type.Number({ description: 'of a schematic one: x and y lie in 0..extent, y down' })),
  nodes: Type.Array(
    Type.Object({
      id: Type.String(),
      lat: nullable(Type.Number({ description: 'degrees; null in a schematic one' })),
      lon: nullable(Type.Number({ description: 'degrees; null in a schematic one' })),
      x: nullable(Type.Number({ description: 'null in a geographic one' })),
      y: nullable(Type.Number({ description: 'null in a geographic one' })),
      estimated: Type.Boolean({ description: 'true where the network file has no coordinates for it' }),
    }),
  ),
});
