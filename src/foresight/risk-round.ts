import { DetourError, messageOf } from '../core/errors.ts';
import { formatDuration, formatRatio } from '../core/units.ts';
import type { LinkState } from '../health/link-state.ts';
import { withStaleness } from '../health/staleness.ts';
import { type AlarmBook, type AlarmChange, emptyBook, nextRound } from '../predict/live/alarms.ts';
import { MinutesFollower } from '../predict/live/follower.ts';
import type { LinkRisk } from '../predict/live/link-risks.ts';
import type { Predicted } from '../predict/live/prediction-engine.ts';
import { RISK_HORIZONS } from '../predict/risk/labels.ts';
import type { NewEvent } from '../store/events.ts';
import type { Prediction } from '../store/predictions.ts';
import { type ForesightDeps, PAST_SETTLES_MS, type PresentModel } from './deps.ts';
import type { ModelLoader } from './model-loader.ts';

const MINUTE_MS = 60_000;
/** Minutes that come later than this are not the present any more. */
const MAX_LAG_MS = 5 * MINUTE_MS;
/** What was said is kept for judgement so often: neighbouring minutes say the same. */
export const CLAIM_EVERY_MS = 5 * MINUTE_MS;
const LONGEST_MS = Math.max(...RISK_HORIZONS.map(({ minutes }) => minutes)) * MINUTE_MS;

/** The claims of each horizon wait for themselves: the short ones are judged sooner. */
export const riskClaims = (horizon: string): string => `risk-${horizon}`;

/** What is kept of one moment, of one horizon. */
export interface RiskClaim {
  readonly links: readonly string[];
  readonly models: readonly { readonly modelId: string; readonly chances: readonly (number | null)[] }[];
}

/** Every minute: reads what is new, has the engine predict, writes predictions, alarms and events. */
export class RiskRound {
  readonly #deps: ForesightDeps;
  readonly #models: ModelLoader;
  readonly #follower: MinutesFollower;
  #claimedAtMs = -Infinity;
  #engine: string | null = null;
  #firstMs: number | null = null;

  constructor(deps: ForesightDeps, models: ModelLoader) {
    this.#deps = deps;
    this.#models = models;
    this.#follower = new MinutesFollower({
      network: deps.network.network,
      history: deps.history,
      take: async (pieces) => void (await deps.run({ kind: 'take', what: 'minutes', pieces })),
    });
  }

  async round(): Promise<{ readonly predicted: number; readonly unknown: number }> {
    const { store, clock, network } = this.#deps;
    await this.#noticeNewEngine();
    const problem = await this.#follow();
    const model = await this.#models.risk();
    const nowMs = clock.nowMs();
    const known = await store.links.readAll();
    const states = network.network.links.map(({ id }) => withStaleness(known.get(id) ?? null, id, nowMs));
    const reason = model.problem ?? problem;
    const predicted = await this.#predict(states, reason, nowMs);
    const predictions = states.map((state, at) =>
      predictionOf(state, predicted?.links[at] ?? null, model, predicted?.atMs ?? nowMs, nowMs, reason),
    );
    await store.predictions.writePredictions(predictions);
    if (predicted !== null) await this.#claim(predicted, states);
    await this.#alarms(predictions, states, nowMs);
    const count = predictions.filter(({ probability }) => probability !== null).length;
    return { predicted: count, unknown: predictions.length - count };
  }

  /** A thread that is a new one knows nothing of the hours before: they are read again. */
  async #noticeNewEngine(): Promise<void> {
    const engine = await this.#deps.run({ kind: 'who' });
    const nowMs = this.#deps.clock.nowMs();
    this.#firstMs ??= nowMs;
    if (engine !== this.#engine || nowMs - this.#firstMs < PAST_SETTLES_MS) this.#follower.forget();
    this.#engine = engine;
  }

  /** Why the engine knows nothing new; null where it does. */
  async #follow(): Promise<string | null> {
    try {
      await this.#follower.follow(this.#deps.clock.nowMs());
      return null;
    } catch (error) {
      const isExpected = error instanceof DetourError;
      if (!isExpected) throw error;
      return `no history to predict from: ${messageOf(error)}`;
    }
  }

  async #predict(states: readonly LinkState[], reason: string | null, nowMs: number): Promise<Predicted | null> {
    if (reason !== null) return null;
    const links = states.map((state) => ({ linkId: state.linkId, unknown: whyUnknown(state, nowMs) }));
    const answer = await this.#deps.run({ kind: 'predict', links });
    return !answer.hasMinutes || nowMs - answer.atMs > MAX_LAG_MS ? null : answer;
  }

  async #claim({ atMs, claims }: Predicted, states: readonly LinkState[]): Promise<void> {
    if (atMs - this.#claimedAtMs < CLAIM_EVERY_MS) return;
    this.#claimedAtMs = atMs;
    // Only what a model says of links that are healthy is judged, as it was trained.
    const links = states.flatMap(({ linkId, state }, at) => (state === 'healthy' ? [{ linkId, at }] : []));
    for (const [horizon, { name }] of RISK_HORIZONS.entries()) {
      const models = claims.map(({ modelId, chances }) => ({
        modelId,
        chances: links.map(({ at }) => finite(chances[horizon]?.[at])),
      }));
      // The last minute that was looked at began a minute before the end.
      const body: RiskClaim = { links: links.map(({ linkId }) => linkId), models };
      await this.#deps.store.predictions.claim(riskClaims(name), { atMs: atMs - MINUTE_MS, body });
    }
  }

  async #alarms(predictions: readonly Prediction[], states: readonly LinkState[], nowMs: number): Promise<void> {
    const { store } = this.#deps;
    const book = ((await store.predictions.report('alarms')) as AlarmBook | null) ?? emptyBook();
    const healed = healedLinks(await store.plans.briefs('all'));
    const rounds = predictions.map(({ linkId, probability, level }, at) => ({
      ...{ linkId, probability, level },
      hasFailed: hasFailed(states[at] as LinkState),
      isShut: states[at]?.adminDown ?? false,
    }));
    const isHealed = (linkId: string, sinceMs: number) => (healed.get(linkId) ?? -Infinity) >= sinceMs;
    const changes = nextRound(book, rounds, nowMs, LONGEST_MS, isHealed);
    await store.predictions.writeReport('alarms', book);
    const standing = book.alarms.filter(({ outcome, clearedAtMs }) => outcome === 'open' && clearedAtMs === null);
    await store.predictions.writeAlarms(
      standing.map(({ linkId, raisedAtMs, level, probability }) => ({ linkId, raisedAtMs, level, probability })),
    );
    const byLink = new Map(predictions.map((each) => [each.linkId, each]));
    const events = changes.map((change) => eventOf(change, byLink.get(change.alarm.linkId) ?? null, nowMs));
    if (events.length > 0) await store.events.append(events);
  }
}

const finite = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : Number(value.toPrecision(5));

function hasFailed({ state, adminDown }: LinkState): boolean {
  return (state === 'down' && !adminDown) || state === 'unhealthy';
}

/** Risks are about links that are well now. */
function whyUnknown({ state, adminDown, receivedAtMs }: LinkState, nowMs: number): string | null {
  if (adminDown) return 'the link was shut by its operator';
  if (state === 'stale') {
    return receivedAtMs === null
      ? 'nothing was ever heard of the link'
      : `nothing was heard for ${formatDuration(nowMs - receivedAtMs)}`;
  }
  return state === 'down' || state === 'unhealthy' ? `the link is ${state} already` : null;
}

function predictionOf(
  { linkId, receivedAtMs }: LinkState,
  risk: LinkRisk | null,
  model: PresentModel,
  atMs: number,
  nowMs: number,
  reason: string | null,
): Prediction {
  const dataAgeMs = receivedAtMs === null ? null : Math.max(0, nowMs - receivedAtMs);
  const base = { linkId, modelId: risk?.probability == null ? null : model.id, atMs, dataAgeMs };
  if (risk !== null) return { ...base, ...risk, risks: [...risk.risks], factors: [...risk.factors] };
  return {
    ...base,
    ...{ risks: [], probability: null, level: null, leadMs: null, factors: [], recommendation: null },
    unknown: reason ?? 'the newest figures are being read; the next round predicts',
  };
}

/** When a reroute that was about each link was last applied: what would have come of the link is not known then. */
export function healedLinks(
  briefs: readonly {
    readonly cause: { readonly links: readonly string[] };
    readonly appliedAtMs: number | null;
  }[],
): Map<string, number> {
  const healed = new Map<string, number>();
  for (const { cause, appliedAtMs } of briefs) {
    if (appliedAtMs === null) continue;
    for (const link of cause.links) healed.set(link, Math.max(appliedAtMs, healed.get(link) ?? 0));
  }
  return healed;
}

function eventOf({ kind, alarm }: AlarmChange, prediction: Prediction | null, nowMs: number): NewEvent {
  const { linkId, level, raisedAtMs } = alarm;
  const isOver = kind === 'cleared' || kind === 'came-true';
  const probability = prediction?.probability ?? alarm.probability;
  const why = prediction?.factors[0]?.text;
  const chance = `${formatRatio(probability)} within ${formatDuration(LONGEST_MS)}`;
  const ended = kind === 'came-true' ? 'failed as predicted' : 'is not likely to fail any more';
  const message = isOver
    ? `${linkId} ${ended}, ${formatDuration(nowMs - raisedAtMs)} after the risk was first seen`
    : `${linkId} is likely to fail: ${chance}${why === undefined ? '' : ` (${why})`}`;
  return {
    ...{
      atMs: nowMs,
      type: 'prediction',
      severity: isOver ? 'info' : level === 'critical' ? 'minor' : 'warning',
      cleared: isOver,
    },
    ...{ linkId, deviceId: null, proposalId: null, message },
    details: { change: kind, level, probability: alarm.probability, modelId: prediction?.modelId ?? null },
  };
}
