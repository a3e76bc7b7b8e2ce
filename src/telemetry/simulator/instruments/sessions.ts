import type { Network } from '../../../../topology/model.ts';
import type { Rng } from '../../../core/rng.ts';
import { poisson } from '../distributions.ts';
import type { SessionsPlan } from '../scenario-schema.ts';
import { Wander } from './wander.ts';

export const SESSION_METRICS = [
  'activeSessions',
  'sessionStartsPerMinute',
  'sessionStopsPerMinute',
  'failedLoginsPerMinute',
] as const;
type SessionMetric = (typeof SESSION_METRICS)[number];

/** Without tiers in the network file: as many links as an access router has at most. */
const ACCESS_LINKS = 2;
/** A router without a way out loses this share of its sessions each minute: timers run out. */
const CUT_OFF_SHARE = 0.6;
/** How fast the number of sessions follows the number wanted. */
const FOLLOW_MINUTES = 10;
/** Below this share of the wanted sessions subscribers are coming back from an outage, all at once. */
const COMING_BACK = 0.8;

/** Node ids of the routers that subscribers are connected to. */
export function accessNodes(network: Network): string[] {
  const hasTiers = network.nodes.some(({ tier }) => tier !== null);
  const degree = new Map<string, number>();
  for (const { a, z } of network.links) for (const id of [a, z]) degree.set(id, (degree.get(id) ?? 0) + 1);
  const isAccess = ({ id, tier }: Network['nodes'][number]): boolean =>
    hasTiers ? tier === 'access' : (degree.get(id) ?? 0) <= ACCESS_LINKS;
  return network.nodes.filter(isAccess).map(({ id }) => id);
}

/** Sessions of subscribers on access routers, in the order in which the routers were given. */
export class Sessions {
  readonly figures: Readonly<Record<SessionMetric, Float64Array>>;
  readonly #plan: SessionsPlan;
  readonly #rng: Rng;
  readonly #subscribers: Float64Array;
  readonly #wish: Wander;
  #isFirst = true;

  constructor(plan: SessionsPlan, count: number, rng: Rng) {
    const own = rng.fork('subscribers');
    this.#plan = plan;
    this.#rng = rng.fork('sessions');
    this.#subscribers = Float64Array.from({ length: count }, () =>
      Math.max(1, Math.round(plan.subscribers * Math.exp(plan.subscribersSigma * own.normal()))),
    );
    this.#wish = new Wander(count, plan.noiseMinutes * 60, rng.fork('wish'));
    this.figures = Object.fromEntries(SESSION_METRICS.map((metric) => [metric, new Float64Array(count)])) as Record<
      SessionMetric,
      Float64Array
    >;
  }

  /**
   * @param level how busy the time of day is at each router, 1 at the peak
   * @param isConnected whether each router has a way into the network
   * @param stress how near to its limit the processor is, 0..1
   */
  advance(
    dtSeconds: number,
    level: (index: number) => number,
    isConnected: (index: number) => boolean,
    stress: (index: number) => number,
  ): void {
    this.#wish.advance(dtSeconds);
    const minutes = dtSeconds / 60;
    for (let at = 0; at < this.#subscribers.length; at += 1) {
      const { activeShare, noise } = this.#plan;
      const factor = activeShare * level(at) * (1 + noise * (this.#wish.values[at] as number));
      const wanted = (this.#subscribers[at] as number) * Math.min(1, Math.max(0, factor));
      if (this.#isFirst) this.figures.activeSessions[at] = Math.round(isConnected(at) ? wanted : 0);
      if (isConnected(at)) this.#serve(at, wanted, stress(at), minutes);
      else this.#cutOff(at, minutes);
    }
    this.#isFirst = false;
  }

  #serve(at: number, wanted: number, stress: number, minutes: number): void {
    const { meanMinutes, failedLoginRatio, failedLoginsUnderStress, returnShareAMinute } = this.#plan;
    const active = this.figures.activeSessions[at] as number;
    const ended = active * -Math.expm1(-minutes / meanMinutes);
    const missing = wanted - active;
    const isReturn = active < COMING_BACK * wanted;
    const following = missing * -Math.expm1(-minutes / FOLLOW_MINUTES);
    const returning = missing * -Math.expm1(-minutes * returnShareAMinute);
    const failing = Math.min(
      1,
      failedLoginRatio + failedLoginsUnderStress * (isReturn ? Math.max(0.2, stress) : stress),
    );
    const tries = poisson(this.#rng, Math.max(0, ended + (isReturn ? returning : following)));
    const failed = poisson(this.#rng, tries * failing);
    this.#book(at, Math.max(0, tries - failed * stress), poisson(this.#rng, ended), failed, minutes);
  }

  #cutOff(at: number, minutes: number): void {
    const active = this.figures.activeSessions[at] as number;
    this.#book(at, 0, Math.ceil(active * -Math.expm1(Math.log(1 - CUT_OFF_SHARE) * minutes)), 0, minutes);
  }

  #book(at: number, starts: number, stops: number, failed: number, minutes: number): void {
    const { figures } = this;
    const stopped = Math.min(figures.activeSessions[at] as number, stops);
    const started = Math.round(starts);
    figures.activeSessions[at] = (figures.activeSessions[at] as number) + started - stopped;
    figures.sessionStartsPerMinute[at] = started / minutes;
    figures.sessionStopsPerMinute[at] = stopped / minutes;
    figures.failedLoginsPerMinute[at] = failed / minutes;
  }
}
