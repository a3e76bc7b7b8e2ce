import { type Static, Type } from 'typebox';

/** A column of a table, or a scalar without its final `.0`. */
const Oid = Type.String({ pattern: '^[0-2](\\.\\d+)+$' });
const Whole = Type.Integer();

/** Which rows count, by the value of a column in the same row. */
const ConditionSchema = Type.Object(
  {
    column: Oid,
    is: Type.Optional(Type.Array(Whole)),
    not: Type.Optional(Type.Array(Whole)),
    min: Type.Optional(Type.Number()),
    /** Text that the column must match, a regular expression. */
    matches: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
export type Condition = Static<typeof ConditionSchema>;

const common = {
  /** What others refer to in `unless`. */
  id: Type.Optional(Type.String()),
  /** Left out when one of these has found a row. */
  unless: Type.Optional(Type.Array(Type.String())),
  /** Text with `{column}`, `{column:2}`, `{column@other:1}`, `{#}` or `{#2}`; docs/snmp-decode.md explains. */
  name: Type.String(),
  where: Type.Optional(Type.Array(ConditionSchema)),
  /** A regular expression that the row's index must match. */
  index: Type.Optional(Type.String()),
};

/** How a raw value becomes the figure. */
const value = {
  value: Oid,
  scale: Type.Optional(Type.Number()),
  offset: Type.Optional(Type.Number()),
  convert: Type.Optional(
    Type.Union([Type.Literal('mw-to-dbm'), Type.Literal('uw-to-dbm'), Type.Literal('ieee754'), Type.Literal('idle')]),
  ),
  /** Raw values that mean that there is none. */
  skip: Type.Optional(Type.Array(Type.Number())),
};

const CpuSchema = Type.Object({ ...common, ...value }, { additionalProperties: false });
export type CpuDefinition = Static<typeof CpuSchema>;

const MemorySchema = Type.Object(
  {
    ...common,
    /** Of these, any that are enough: used and free, used and total, free and total, percent with or without total. */
    used: Type.Optional(Oid),
    free: Type.Optional(Oid),
    total: Type.Optional(Oid),
    percent: Type.Optional(Oid),
    /** Octets per unit: a number, or a column that tells it. */
    unitBytes: Type.Optional(Type.Union([Type.Number(), Oid])),
    /** The same for `total` where it is counted in another unit. */
    totalUnitBytes: Type.Optional(Type.Number()),
    /** What other rows of the table count within this one, by their names: page cache is not in use. */
    without: Type.Optional(Type.Object({ in: Type.String(), rows: Type.String() })),
    /** Type that an hrStorage row must have. */
    typeIs: Type.Optional(Type.Object({ column: Oid, oids: Type.Array(Oid) })),
  },
  { additionalProperties: false },
);
export type MemoryDefinition = Static<typeof MemorySchema>;

const SensorSchema = Type.Object(
  {
    ...common,
    ...value,
    kind: Type.String(),
    unit: Type.String(),
    /** Names of the codes: of the value itself, or of `statusColumn`. */
    states: Type.Optional(Type.Record(Type.String({ pattern: '^-?\\d+$' }), Type.String())),
    statusColumn: Type.Optional(Oid),
  },
  { additionalProperties: false },
);
export type SensorDefinition = Static<typeof SensorSchema>;

/** A table in the form of ENTITY-SENSOR-MIB (RFC 3433): each row tells its own type, scale and precision. */
const EntitySensorSchema = Type.Object(
  { ...common, type: Oid, scale: Oid, precision: Oid, value: Oid, status: Oid },
  { additionalProperties: false },
);
export type EntitySensorDefinition = Static<typeof EntitySensorSchema>;

/** A table in the form of lldpRemTable, at another place or with another index than IEEE 802.1AB has it. */
const LldpSchema = Type.Object(
  {
    /** Entry of the table; columns 4 to 10 are those of lldpRemTable. */
    remote: Oid,
    /** The part of the index (from 1) that is the local ifIndex. */
    ifIndexPart: Type.Optional(Whole),
    /** A column with the same index as the table that tells the local ifIndex. */
    ifIndexColumn: Type.Optional(Oid),
  },
  { additionalProperties: false },
);
export type LldpDefinition = Static<typeof LldpSchema>;

/** Interfaces that the agent keeps outside ifTable; those that ifTable has as well are left alone. */
const InterfacesSchema = Type.Object(
  {
    /** The part of the index (from 1) that is the ifIndex. */
    ifIndexPart: Whole,
    name: Oid,
    speedBps: Type.Optional(Oid),
    inOctets: Type.Optional(Oid),
    outOctets: Type.Optional(Oid),
    inPackets: Type.Optional(Oid),
    outPackets: Type.Optional(Oid),
  },
  { additionalProperties: false },
);
export type InterfacesDefinition = Static<typeof InterfacesSchema>;

export const VendorSchema = Type.Object(
  {
    vendor: Type.String({ minLength: 1 }),
    /** Prefixes of sysObjectID; an empty list means every device. */
    match: Type.Array(Oid),
    columns: Type.Optional(Type.Record(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9]*$' }), Oid)),
    cpu: Type.Optional(Type.Array(CpuSchema)),
    memory: Type.Optional(Type.Array(MemorySchema)),
    sensors: Type.Optional(Type.Array(SensorSchema)),
    entitySensors: Type.Optional(Type.Array(EntitySensorSchema)),
    lldp: Type.Optional(Type.Array(LldpSchema)),
    interfaces: Type.Optional(Type.Array(InterfacesSchema)),
  },
  { additionalProperties: false },
);
export type Vendor = Static<typeof VendorSchema>;
