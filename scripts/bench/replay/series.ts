import { createRng } from '../../../src/core/rng.ts';
import type { Demand } from '../../../topology/model.ts';
import { type BenchNetwork, gravityDemands, scaleToMlu } from '../networks.ts';

const STEPS_A_DAY = 288;
/** The day's share of the traffic that comes and goes; peaks differ by up to two hours from source to source. */
const DAILY_SWING = 0.4;
const PEAK_SPREAD_STEPS = 24;
/** Each demand wanders around its day by a log-normal factor; how much of it is left after a step, and how wide it is. */
const NOISE_KEPT = 0.95;
const NOISE_SIGMA = 0.2;

/** The network's own matrices as steps of 5 minutes, or gravity demands with a day's swing and noise of their own. */
export function trafficSeries(network: BenchNetwork, steps: number): readonly (readonly Demand[])[] {
  return network.matrices.length >= steps ? network.matrices.slice(0, steps) : syntheticSeries(network, steps);
}

function syntheticSeries({ network }: BenchNetwork, steps: number): Demand[][] {
  const rng = createRng(1).fork('series');
  const demands = gravityDemands(network, 1);
  const offset = new Map(network.nodes.map(({ id }) => [id, rng.between(-PEAK_SPREAD_STEPS, PEAK_SPREAD_STEPS)]));
  const drift = demands.map(() => NOISE_SIGMA * rng.normal());
  const fresh = NOISE_SIGMA * Math.sqrt(1 - NOISE_KEPT ** 2);
  return Array.from({ length: steps }, (_, step) =>
    demands.map((demand, at) => {
      drift[at] = NOISE_KEPT * (drift[at] as number) + fresh * rng.normal();
      const angle = (2 * Math.PI * (step + (offset.get(demand.source) ?? 0))) / STEPS_A_DAY;
      return { ...demand, bps: demand.bps * (1 - DAILY_SWING * Math.cos(angle)) * Math.exp(drift[at] as number) };
    }),
  );
}

/** All matrices by one factor, so that the heaviest loads the undisturbed network to this utilisation. */
export function scaledTo(
  { network }: BenchNetwork,
  matrices: readonly (readonly Demand[])[],
  peak: number,
): Demand[][] {
  const factor = Math.min(
    ...matrices.map((matrix) => (scaleToMlu(network, matrix, peak)[0]?.bps ?? 0) / (matrix[0]?.bps ?? 1)),
  );
  return matrices.map((matrix) => matrix.map((demand) => ({ ...demand, bps: demand.bps * factor })));
}
