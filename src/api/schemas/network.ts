import { Type } from 'typebox';
import { TIERS } from '../../../topology/model.ts';
import { nullable } from '../../core/schema.ts';
import { HEALTH_STATES } from '../../health/link-state.ts';
import { DeviceReadingsSchema } from '../device-readings.ts';
import { PerDirection } from './common.ts';

const NodeViewProperties = {
  id: Type.String(),
  name: Type.String(),
  lat: nullable(Type.Number({ description: 'degrees' })),
  lon: nullable(Type.Number({ description: 'degrees' })),
  tier: nullable(Type.Enum(TIERS)),
};

export const NetworkViewSchema = Type.Object({
  name: Type.String(),
  hash: Type.String({ description: 'of everything in the network file; plans name it' }),
  simulated: Type.Boolean(),
  components: Type.Integer({ description: 'pieces that are not joined by any link; 1 when all is connected' }),
  warnings: Type.Array(Type.String()),
  nodes: Type.Array(Type.Object(NodeViewProperties)),
  links: Type.Array(
    Type.Object({
      id: Type.String(),
      a: Type.String(),
      z: Type.String(),
      aInterface: nullable(Type.String()),
      zInterface: nullable(Type.String()),
      capacityBps: PerDirection,
      latencyMs: PerDirection,
      metric: PerDirection,
      srlgs: Type.Array(Type.String()),
    }),
  ),
  srlgs: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
});

export const DEVICE_STATES = ['reporting', 'silent', 'never-heard'] as const;

export const DeviceViewSchema = Type.Object({
  ...NodeViewProperties,
  hasAddress: Type.Boolean({ description: 'whether the network file has a management address' }),
  state: Type.Enum(DEVICE_STATES, { description: 'whether samples of its interfaces arrive' }),
  lastHeardMs: nullable(Type.Number({ description: 'receipt of its newest sample, ms since the epoch' })),
  interfaces: Type.Object({
    total: Type.Integer(),
    reporting: Type.Integer({ description: 'heard within three intervals' }),
  }),
  slow: nullable(
    Type.Object(
      {
        pollMs: Type.Number({ description: 'how long its polls take, smoothed' }),
        silent: Type.Boolean({ description: 'it does not answer at all' }),
      },
      { description: 'set for the slowest devices of each poller, 50 at most; null for all others' },
    ),
  ),
  readings: DeviceReadingsSchema,
  links: Type.Object(Object.fromEntries(HEALTH_STATES.map((state) => [state, Type.Integer()])), {
    description: 'links that end here, by state',
  }),
});
