import { repeat } from '../../jobs/repeat.ts';
import { pause } from '../core/pause.ts';
import { withStaleness } from '../health/staleness.ts';
import type { CycleDeps } from '../reroute/cycle-deps.ts';
import { isTooOld } from '../reroute/demands-in-use.ts';
import { type EstimateView, whyNot } from '../reroute/estimate-demands.ts';
import type { ProposalBrief } from '../reroute/proposal.ts';
import type { Service } from './lifecycle.ts';
import { resultOf, type StudyPool, studyPool } from './studies.ts';

/** How often the traffic matrix is estimated anew. */
const EVERY_MS = 60_000;
/** A little less, so that the next round is not skipped for being a moment early. */
const TURN_MS = 55_000;
const TIMEOUT_MS = 50_000;

export interface EstimatorOptions extends Pick<CycleDeps, 'store' | 'network' | 'clock' | 'limits'> {
  readonly onError: (error: unknown) => void;
  readonly pool?: StudyPool;
}

/**
 * Keeps an estimate of the traffic matrix where nothing better is known: from measured loads, when the view of the
 * network is complete and its routing has settled. One of all processes does it.
 */
export class Estimator implements Service {
  readonly name = 'traffic estimates';
  readonly #options: EstimatorOptions;
  readonly #pool: StudyPool;
  readonly #stopping = new AbortController();
  #done: Promise<void> = Promise.resolve();

  constructor(options: EstimatorOptions) {
    this.#options = options;
    this.#pool = options.pool ?? studyPool(TIMEOUT_MS);
  }

  async start(): Promise<void> {
    await this.#pool.start();
    const { store, onError } = this.#options;
    this.#done = repeat(this.#stopping.signal, onError, async () => {
      await pause(EVERY_MS, this.#stopping.signal);
      if (!this.#stopping.signal.aborted && (await store.leases.once('estimate', TURN_MS))) await this.look();
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    // What is under way in the thread ends with it.
    await this.#pool.stop();
    await this.#done;
  }

  /** One look; public so that tests need not wait. Answers why there is no new estimate, null when there is one. */
  async look(): Promise<string | null> {
    const { store, network, clock, limits } = this.#options;
    const given = await store.traffic.demands();
    const atMs = clock.nowMs();
    if (given && !isTooOld(given, limits.maxDemandAgeMs, atMs)) return `the demands are known (${given.source})`;
    const view = await this.#view(atMs);
    // Most refusals are known without the thread.
    const reason = whyNot(view);
    if (reason !== null) return reason;
    const task = { kind: 'estimate', network: network.network, view } as const;
    const estimate = resultOf('estimate', await this.#pool.run(task));
    if (estimate.demands === null) return estimate.reason;
    await store.traffic.writeDemands(estimate.demands);
    return null;
  }

  async #view(atMs: number): Promise<EstimateView> {
    const { store, network } = this.#options;
    const [known, { tunnels }, briefs] = await Promise.all([
      store.links.readAll(),
      store.traffic.tunnels(),
      store.plans.briefs('all'),
    ]);
    const links = network.network.links.map((link) => withStaleness(known.get(link.id) ?? null, link.id, atMs));
    return { atMs, links, tunnels, reroutedAtMs: lastReroute(briefs) };
  }
}

/** When a reroute last came into the network or left it; null when none did. */
function lastReroute(briefs: readonly ProposalBrief[]): number | null {
  const applied = briefs.filter(({ appliedAtMs }) => appliedAtMs !== null);
  const times = applied.flatMap(({ appliedAtMs, closedAtMs }) => [appliedAtMs ?? 0, closedAtMs ?? 0]);
  return times.length > 0 ? Math.max(...times) : null;
}
