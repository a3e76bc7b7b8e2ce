import { systemClock } from '../../src/core/clock.ts';
import type { LinkState } from '../../src/health/link-state.ts';
import { startPrivateRedis } from '../../src/redis-server/start.ts';
import { isInForce, OPEN_STATUSES, type Proposal, type Tunnel } from '../../src/reroute/proposal.ts';
import { connectRedis } from '../../src/store/redis/connection.ts';
import { createRedisStore } from '../../src/store/redis/store.ts';
import { allProposals } from '../support/proposals.ts';

export const NETWORK = 'backbone-100';

/** What stands in the store at one moment. */
export interface StoreView {
  readonly proposals: readonly Proposal[];
  readonly tunnels: readonly Tunnel[];
  readonly links: ReadonlyMap<string, LinkState>;
  readonly applied: number;
}

export async function viewStore(socketPath: string): Promise<StoreView> {
  const connection = await connectRedis(socketPath, { role: 'commands' });
  try {
    const store = await createRedisStore({ networkName: NETWORK, partitions: 8, connection, clock: systemClock });
    const [proposals, { tunnels }, links, counts] = await Promise.all([
      allProposals(store.plans),
      store.traffic.tunnels(),
      store.links.readAll(),
      store.scoring.counts(),
    ]);
    await store.close();
    return { proposals, tunnels, links, applied: counts.applied };
  } finally {
    connection.disconnect();
  }
}

/** The store of a data folder whose service is gone. */
export async function viewDataDir(dataDir: string): Promise<StoreView> {
  const redis = await startPrivateRedis({ dataDir, bin: null });
  try {
    return await viewStore(redis.socketPath);
  } finally {
    await redis.stop();
  }
}

export function open(view: StoreView): Proposal[] {
  return view.proposals.filter((each) => OPEN_STATUSES.includes(each.status));
}

/**
 * What may never be seen, whatever was interrupted: two proposals for one cause, a tunnel without an applied
 * proposal, an applied proposal without its tunnels. Empty when all is well.
 */
export function contradictions(view: StoreView): string[] {
  const causes = open(view).map(({ cause }) => `${cause.kind} ${cause.links.join(',')}`);
  const doubled = causes.filter((cause, index) => causes.indexOf(cause) !== index);
  const applied = view.proposals.filter(isInForce);
  // While a change is under way some of its tunnels are there.
  const owners = view.proposals.filter((each) => isInForce(each) || each.status === 'applying');
  const orphans = view.tunnels.filter((tunnel) => !owners.some((each) => each.id === tunnel.proposalId));
  const bare = applied.flatMap((each) =>
    each.moves.filter((move) => !view.tunnels.some((tunnel) => tunnel.demand === move.demand)).map(() => each.id),
  );
  return [
    ...doubled.map((cause) => `two proposals for ${cause}`),
    ...orphans.map((tunnel) => `tunnel of ${tunnel.demand} belongs to ${tunnel.proposalId}, which is not applied`),
    ...bare.map((id) => `proposal ${id} is applied, but a tunnel is missing`),
  ];
}
