import { type Static, Type } from 'typebox';
import { nullable } from '../core/schema.ts';

const Count = (description: string) => nullable(Type.Number({ minimum: 0, description }));

/** ifAdminStatus and ifOperStatus of RFC 2863. */
export const AdminStatus = Type.Union([Type.Literal('up'), Type.Literal('down'), Type.Literal('testing')]);
export const OperStatus = Type.Union([
  Type.Literal('up'),
  Type.Literal('down'),
  Type.Literal('testing'),
  Type.Literal('unknown'),
  Type.Literal('dormant'),
  Type.Literal('notPresent'),
  Type.Literal('lowerLayerDown'),
]);

/**
 * What one interface did during the `intervalMs` that ended at `atMs`. Amounts are differences of the device's
 * counters, measured by the device's own uptime; null means not known (counter missing, first reading, reset),
 * and is never replaced by 0. Packets are unicast, multicast and broadcast together.
 */
export const MeasurementSchema = Type.Object(
  {
    linkId: Type.String({ minLength: 1, maxLength: 256 }),
    end: Type.Union([Type.Literal('a'), Type.Literal('z')], { description: 'the end of the link this interface is' }),
    deviceId: Type.String({ minLength: 1, maxLength: 256, description: 'node id of the device' }),
    atMs: Type.Number({ minimum: 0, description: 'end of the interval, ms since the epoch' }),
    intervalMs: nullable(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 86_400_000,
        description: 'length of the interval; null on a first reading',
      }),
    ),
    adminStatus: nullable(AdminStatus),
    operStatus: nullable(OperStatus),
    inOctets: Count('octets received'),
    outOctets: Count('octets sent'),
    inPackets: Count('packets delivered to the layer above (IF-MIB: without errors and discards)'),
    outPackets: Count('packets asked to be sent (IF-MIB: with the ones that were discarded)'),
    inErrors: Count('packets received with errors'),
    outErrors: Count('packets that could not be sent because of errors'),
    inDiscards: Count('good packets dropped on receipt'),
    outDiscards: Count('packets dropped before sending (congestion)'),
    inUnknownProtos: Count('packets received for an unknown protocol'),
    latencyMs: nullable(
      Type.Number({
        minimum: 0,
        maximum: 600_000,
        description: 'one way, of the arc that leaves here; null where no probe measures it',
      }),
    ),
    isLatencyEstimated: Type.Optional(
      Type.Boolean({ description: 'the latency is half a round trip: the two directions may differ' }),
    ),
    capacityBps: Type.Optional(
      nullable(
        Type.Number({
          minimum: 0,
          description:
            'what the interface can carry now, bit/s: the active members of an aggregate; absent where it tells nothing',
        }),
      ),
    ),
    unknown: Type.Optional(
      Type.Record(Type.String({ maxLength: 32 }), Type.String({ maxLength: 200 }), {
        maxProperties: 16,
        description: 'why a field is null, by its name; `intervalMs` speaks for all amounts',
      }),
    ),
  },
  { additionalProperties: false },
);
export type Measurement = Static<typeof MeasurementSchema>;

/** The fields of a measurement that are amounts: they add up over time. */
export const COUNTER_FIELDS = [
  'inOctets',
  'outOctets',
  'inPackets',
  'outPackets',
  'inErrors',
  'outErrors',
  'inDiscards',
  'outDiscards',
  'inUnknownProtos',
] as const satisfies readonly (keyof Measurement)[];

/** A measurement as Detour received it. */
export const InterfaceSampleSchema = Type.Object({
  ...MeasurementSchema.properties,
  receivedAtMs: Type.Number({ minimum: 0, description: 'when Detour received it, by its own clock' }),
});
export type InterfaceSample = Static<typeof InterfaceSampleSchema>;
