import { type Static, Type } from 'typebox';
import { ACCESS_ROLES, TokenRecordSchema } from '../../core/access.ts';
import { nullable } from '../../core/schema.ts';
import { CommandsSchema } from '../../reroute/actuator.ts';
import { VERDICTS } from '../../reroute/execution.ts';
import { GuardrailSettingsSchema, GuardrailsSchema, ModeSchema } from '../../reroute/guardrails.ts';
import { MAINTENANCE_STATES, MaintenanceSchema } from '../../reroute/maintenance.ts';

/** Why something is done, in words, for those who come after. */
export const ReasonBody = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 500, description: 'in words, for those who come after' }) },
  { additionalProperties: false },
);

export const GuardrailsViewSchema = Type.Object({
  ...GuardrailsSchema.properties,
  version: Type.Integer({ minimum: 0, description: 'counts changes' }),
  configured: ModeSchema,
  effective: Type.Union([ModeSchema], { description: 'what holds where no scope says otherwise' }),
  actuator: Type.String(),
});
export type GuardrailsView = Static<typeof GuardrailsViewSchema>;

/** What is to be different; the rest stays. */
export const GuardrailsBody = Type.Object(
  {
    ...Type.Partial(GuardrailSettingsSchema).properties,
    reason: Type.String({ minLength: 1, maxLength: 500, description: 'why, for the audit' }),
  },
  { additionalProperties: false },
);

/** A token without what it is recognised by. */
export const TokenViewSchema = Type.Omit(TokenRecordSchema, ['hash']);
export const NewTokenBody = Type.Object(
  {
    name: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}$', description: 'who or what will use it' }),
    role: Type.Enum(ACCESS_ROLES),
    expiresInDays: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 3650, default: 90 })),
  },
  { additionalProperties: false },
);
export const NewTokenSchema = Type.Object({
  ...TokenViewSchema.properties,
  token: nullable(Type.String({ description: 'shown this once; null when the request was sent again' })),
});
export type NewToken = Static<typeof NewTokenSchema>;
export type TokenView = Static<typeof TokenViewSchema>;

export const MaintenanceViewSchema = Type.Object({
  ...MaintenanceSchema.properties,
  state: Type.Enum(MAINTENANCE_STATES),
  proposals: Type.Array(Type.String(), { description: 'open proposals that drain for it' }),
});
export type MaintenanceView = Static<typeof MaintenanceViewSchema>;

const Ids = Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { maxItems: 1000 }));
export const MaintenanceTargets = { links: Ids, nodes: Ids, srlgs: Ids };
export const MaintenancePreviewBody = Type.Object(MaintenanceTargets, { additionalProperties: false });
export const MaintenanceBody = Type.Object(
  {
    ...MaintenanceTargets,
    fromMs: Type.Number({ description: 'ms since the epoch; now or earlier begins at once' }),
    toMs: Type.Number(),
    reason: Type.String({ minLength: 1, maxLength: 500 }),
  },
  { additionalProperties: false },
);

/** What an actuator would send to the network, step by step. */
export const CommandsViewSchema = Type.Object({
  actuator: Type.String(),
  changesNetwork: Type.Boolean({ description: 'false: nothing is ever applied by it' }),
  steps: Type.Array(Type.Object({ summary: Type.String(), commands: Type.Array(CommandsSchema) })),
});
export type CommandsView = Static<typeof CommandsViewSchema>;

/** How one change turned out: the twin's error. */
export const OutcomeSchema = Type.Object({
  atMs: Type.Number(),
  proposalId: Type.String(),
  revision: Type.Integer(),
  verdict: Type.Enum(VERDICTS),
  reason: Type.String(),
  loadError: nullable(
    Type.Number({ description: 'sum of |predicted - measured| over the sum of measured loads of the arcs concerned' }),
  ),
});
export type Outcome = Static<typeof OutcomeSchema>;

/** Who the caller is. */
export const CallerSchema = Type.Object({ name: Type.String(), role: Type.Enum(ACCESS_ROLES) });
