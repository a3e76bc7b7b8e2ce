import { buildTwin } from '../../twin/twin.ts';
import { Board } from '../board.ts';
import { assessLinks } from '../condition.ts';
import type { CycleDeps } from '../cycle-deps.ts';
import type { LiveView } from '../live-view.ts';
import { takeSnapshot } from '../snapshot.ts';

/** The network as it is right now, for a last look before something is changed. */
export async function liveView(deps: CycleDeps): Promise<LiveView> {
  const input = await takeSnapshot(deps);
  const { limits } = deps;
  const twin = buildTwin({
    network: deps.network.network,
    states: input.links,
    demands: input.demands.demands,
    tunnels: input.tunnels,
  });
  return { input, limits, board: new Board(twin), condition: assessLinks(deps.network, twin, limits.utilisationLimit) };
}
