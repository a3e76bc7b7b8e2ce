/** The types the browser app works with, in one place: it may take types from this folder and nothing else. */
import type { Static } from 'typebox';
import type { ArcState } from '../../health/link-state.ts';
import type { Plan } from '../../reroute/plan.ts';
import type { Proposal, ProposalBrief } from '../../reroute/proposal.ts';
import type { Event } from '../../store/events.ts';
import type { AuditRecord } from '../../store/store.ts';
import type { Problem } from '../problem.ts';
import type { Status } from '../status.ts';
import type { CallerSchema, CommandsView, GuardrailsView, MaintenanceView } from './control.ts';
import type { LayoutSchema } from './layout.ts';
import type { LinkView } from './links.ts';
import type { NetworkViewSchema } from './network.ts';
import type {
  DeviceForecast,
  ForecastPeaksSchema,
  LinkForecast,
  PredictionQuality,
  PredictionView,
} from './predictions.ts';
import type { ProposalView } from './reroutes.ts';

export type { RiskLevel } from '../../core/risk.ts';
export type { ArcState, HealthState, ScorePart } from '../../health/link-state.ts';
export type { Cut, Move, PathShare, ProposalStatus } from '../../reroute/proposal.ts';
export type {
  AuditRecord,
  CommandsView,
  DeviceForecast,
  Event,
  GuardrailsView,
  LinkForecast,
  LinkView,
  MaintenanceView,
  Plan,
  PredictionQuality,
  PredictionView,
  Problem,
  Proposal,
  ProposalBrief,
  ProposalView,
  Status,
};

export type Caller = Static<typeof CallerSchema>;
export type ForecastPeaks = Static<typeof ForecastPeaksSchema>;
export type NetworkView = Static<typeof NetworkViewSchema>;
export type LayoutView = Static<typeof LayoutSchema>;
export type NodeView = NetworkView['nodes'][number];
export type NetworkLink = NetworkView['links'][number];

/** What an event stream begins with. */
export interface Snapshot {
  readonly atMs: number;
  readonly links: readonly LinkView[];
  readonly proposals: readonly (Proposal | ProposalBrief)[];
  readonly plan: Plan | null;
  readonly status: Status;
}

/** A link and what changed about it: fields that are not named, of the link and of its arcs, are as they were. */
export type LinkChange = Partial<Omit<LinkView, 'arcs'>> &
  Pick<LinkView, 'id'> & { readonly arcs?: { readonly az?: Partial<ArcState>; readonly za?: Partial<ArcState> } };

/** Links whose figures changed since the last message of this kind, sent as often as figures are read. */
export interface LinkChanges {
  readonly atMs: number;
  readonly links: readonly LinkChange[];
}
