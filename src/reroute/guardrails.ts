import { type Static, Type } from 'typebox';
import { nullable } from '../core/schema.ts';
import { formatBps, formatRatio } from '../core/units.ts';
import { movedArcs } from './moved-arcs.ts';
import type { Proposal } from './proposal.ts';
import { movedBps } from './write-up.ts';

const Ids = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { maxItems: 10_000, description });
export const ModeSchema = Type.Union([Type.Literal('auto'), Type.Literal('manual')]);
export type Mode = Static<typeof ModeSchema>;

export const WindowSchema = Type.Object(
  { fromMs: Type.Number(), toMs: Type.Number(), reason: Type.String({ maxLength: 500 }) },
  { additionalProperties: false },
);

/** What changes are held to. What is left out of a request keeps its value. */
export const GuardrailSettingsSchema = Type.Object(
  {
    /** auto applies by itself, manual waits for people; null: as configured. */
    mode: nullable(ModeSchema),
    scopes: Type.Array(
      Type.Object({ links: Ids('links of the scope'), mode: ModeSchema }, { additionalProperties: false }),
      {
        maxItems: 100,
        description:
          'a mode of their own for proposals whose cause lies in these links alone; the first that fits holds',
      },
    ),
    maxAtOnce: Type.Integer({ minimum: 1, maximum: 1000, description: 'changes under way or not yet verified' }),
    maxPerHour: Type.Integer({
      minimum: 0,
      maximum: 100_000,
      description: 'changes within an hour, beyond which none is automatic',
    }),
    maxMovedShare: Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'blast radius: largest share of all traffic that one automatic change may move',
    }),
    minGainBps: Type.Number({ minimum: 0, description: 'what an automatic change must be expected to save, bit/s' }),
    holdDownSeconds: Type.Number({
      minimum: 0,
      maximum: 604_800,
      description: 'no automatic change for a cause whose last one made things worse or failed',
    }),
    approvals: Type.Integer({ minimum: 1, maximum: 2, description: 'people who must approve what a person applies' }),
    freezeWindows: Type.Array(WindowSchema, { maxItems: 1000, description: 'nothing is applied' }),
    changeWindows: Type.Array(WindowSchema, { maxItems: 1000, description: 'where there are any, only within them' }),
    protectedLinks: Ids('no traffic is moved onto or off these'),
    protectedDemands: Ids('these are not moved'),
  },
  { additionalProperties: false },
);
export type GuardrailSettings = Static<typeof GuardrailSettingsSchema>;

export const GuardrailsSchema = Type.Object({
  ...GuardrailSettingsSchema.properties,
  /** While it is set nothing is applied automatically. */
  killSwitch: nullable(Type.Object({ atMs: Type.Number(), by: Type.String(), reason: Type.String() })),
});
export type Guardrails = Static<typeof GuardrailsSchema>;

/** What holds until somebody sets something else. */
export const DEFAULT_GUARDRAILS: Guardrails = {
  mode: null,
  scopes: [],
  maxAtOnce: 20,
  maxPerHour: 120,
  maxMovedShare: 0.5,
  minGainBps: 0,
  holdDownSeconds: 600,
  approvals: 1,
  freezeWindows: [],
  changeWindows: [],
  protectedLinks: [],
  protectedDemands: [],
  killSwitch: null,
};

/** What stands against a change, by the name of the guardrail. */
export interface GuardrailRefusal {
  readonly rule: keyof Guardrails;
  readonly reason: string;
  /** What was asked for against it. */
  readonly value: unknown;
}

/** What must be known of the moment to judge a change. */
export interface GuardrailFacts {
  readonly nowMs: number;
  /** Nobody asked for it. */
  readonly automatic: boolean;
  /** A drain that somebody planned: it saves nothing, and is meant to. */
  readonly planned: boolean;
  /** All traffic of the network, bit/s. */
  readonly totalBps: number;
  /** Other changes that are under way or not yet verified, and those that began within the last hour. */
  readonly busy: number;
  readonly lastHour: number;
  /** When the last change for the same links made things worse or failed; null when none did. */
  readonly harmedAtMs: number | null;
}

/** The mode for a proposal: the kill switch makes all manual, then the first scope that fits, then the general one. */
export function modeFor(guardrails: Guardrails, configured: Mode, proposal: Pick<Proposal, 'cause'>): Mode {
  if (guardrails.killSwitch) return 'manual';
  const fits = ({ links }: { links: readonly string[] }): boolean =>
    proposal.cause.links.every((link) => links.includes(link));
  return guardrails.scopes.find(fits)?.mode ?? guardrails.mode ?? configured;
}

/** Everything that stands against carrying a proposal out now; empty when nothing does. Pure. */
export function refusalsOf(guardrails: Guardrails, proposal: Proposal, facts: GuardrailFacts): GuardrailRefusal[] {
  const ofAll = [...windowRefusals(guardrails, facts.nowMs), ...scopeRefusals(guardrails, proposal, facts)];
  return facts.automatic ? [...ofAll, ...automaticRefusals(guardrails, proposal, facts)] : ofAll;
}

/** Why nothing may be changed now that nobody asks for; null where it may. */
export function stoppedBy(guardrails: Guardrails, nowMs: number): string | null {
  const { killSwitch } = guardrails;
  if (killSwitch) return `automatic changes are stopped: ${killSwitch.reason}`;
  return windowRefusals(guardrails, nowMs)[0]?.reason ?? null;
}

function windowRefusals({ freezeWindows, changeWindows }: Guardrails, nowMs: number): GuardrailRefusal[] {
  const isNow = ({ fromMs, toMs }: { fromMs: number; toMs: number }): boolean => fromMs <= nowMs && nowMs < toMs;
  const frozen = freezeWindows.find(isNow);
  const outside = changeWindows.length > 0 && !changeWindows.some(isNow);
  return [
    ...(frozen
      ? [{ rule: 'freezeWindows' as const, reason: `changes are frozen: ${frozen.reason}`, value: nowMs }]
      : []),
    ...(outside
      ? [{ rule: 'changeWindows' as const, reason: 'changes are made within windows only', value: nowMs }]
      : []),
  ];
}

function scopeRefusals(guardrails: Guardrails, proposal: Proposal, facts: GuardrailFacts): GuardrailRefusal[] {
  const { protectedLinks, protectedDemands, maxAtOnce } = guardrails;
  const refusals: GuardrailRefusal[] = [];
  const links = movedArcs(proposal.moves).map((arc) => arc.replace(/:(az|za)$/, ''));
  const link = protectedLinks.find((id) => links.includes(id));
  if (link) refusals.push({ rule: 'protectedLinks', reason: `traffic on ${link} is protected`, value: link });
  const move = proposal.moves.find(({ demand }) => protectedDemands.includes(demand));
  if (move)
    refusals.push({ rule: 'protectedDemands', reason: `demand ${move.demand} is protected`, value: move.demand });
  if (facts.busy >= maxAtOnce)
    refusals.push({
      rule: 'maxAtOnce',
      reason: `${facts.busy} changes are under way or not verified`,
      value: facts.busy,
    });
  return refusals;
}

function automaticRefusals(guardrails: Guardrails, proposal: Proposal, facts: GuardrailFacts): GuardrailRefusal[] {
  const { killSwitch, maxPerHour, maxMovedShare, minGainBps, holdDownSeconds } = guardrails;
  const refusals: GuardrailRefusal[] = [];
  if (killSwitch)
    refusals.push({
      rule: 'killSwitch',
      reason: `automatic changes are stopped: ${killSwitch.reason}`,
      value: killSwitch.by,
    });
  const bps = proposal.moves.reduce((sum, each) => sum + movedBps(each), 0);
  const share = facts.totalBps > 0 ? bps / facts.totalBps : 0;
  if (share > maxMovedShare)
    refusals.push({
      rule: 'maxMovedShare',
      reason: `it moves ${formatRatio(share)} of all traffic, more than ${formatRatio(maxMovedShare)}`,
      value: share,
    });
  if (facts.lastHour >= maxPerHour)
    refusals.push({
      rule: 'maxPerHour',
      reason: `${facts.lastHour} changes began within the hour`,
      value: facts.lastHour,
    });
  const gain = proposal.expectedSavingBps;
  if (!facts.planned && gain < minGainBps)
    refusals.push({ rule: 'minGainBps', reason: `it is expected to save ${formatBps(gain)} only`, value: gain });
  const sinceMs = facts.harmedAtMs === null ? Infinity : facts.nowMs - facts.harmedAtMs;
  if (sinceMs < holdDownSeconds * 1000)
    refusals.push({
      rule: 'holdDownSeconds',
      reason: 'the last change for the same links failed or made things worse',
      value: facts.harmedAtMs,
    });
  return refusals;
}
