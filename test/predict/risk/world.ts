import { createRng } from '../../../src/core/rng.ts';
import type { ImportBlock } from '../../../src/history/history.ts';
import type { Network } from '../../../topology/model.ts';

export const MINUTE = 60_000;
const DAY_MINUTES = 1440;
export const START_MS = Date.UTC(2026, 0, 5);

/** Routers in a ring with a chord, every third link in a conduit with the next one. */
export function ringNetwork(size: number): Network {
  const both = (value: number) => ({ az: value, za: value });
  const nodes = Array.from({ length: size }, (_, at) => ({
    ...{ id: `r${at}`, name: `r${at}`, lat: null, lon: null, tier: null, mass: null },
    ...{ address: null, snmpPort: 161, credentials: null },
  }));
  const links = Array.from({ length: size }, (_, at) => ({
    ...{ id: `l${at}`, a: `r${at}`, z: `r${(at + 1) % size}`, aInterface: null, zInterface: null },
    ...{ capacityBps: both(1e10), latencyMs: both(5), metric: both(10) },
    srlgs: at % 3 === 0 ? ['duct'] : [],
  }));
  return { name: 'ring', nodes, links, srlgs: [{ id: 'duct', name: 'duct' }] };
}

export interface WorldOptions {
  readonly seed: number;
  readonly days: number;
  /** Mean time between failures of a link, hours. */
  readonly mtbfHours: number;
  /** Share of failures that errors announce, growing over two hours. */
  readonly announced: number;
}

const [REPAIR_MINUTES, LEAD_MINUTES] = [20, 120];

/** History of such a network at a value a minute, day by day. */
export function* worldBlocks(
  network: Network,
  { seed, days, mtbfHours, announced }: WorldOptions,
): Generator<ImportBlock> {
  const minuteCount = days * DAY_MINUTES;
  const series = network.links.map(({ id }) => linkSeries(id));
  for (let day = 0; day < days; day += 1) {
    const from = day * DAY_MINUTES;
    const atMs = Float64Array.from({ length: DAY_MINUTES }, (_, minute) => START_MS + (from + minute) * MINUTE);
    for (const [link, own] of series.entries()) {
      const cut = (values: Float32Array) => values.subarray(from, from + DAY_MINUTES);
      const { id } = network.links[link] as { id: string };
      yield { kind: 'link', id, metric: 'state', atMs, values: cut(own.state) };
      yield { kind: 'link', id, metric: 'statusPoints', atMs, values: cut(own.points) };
      yield { kind: 'arc', id: `${id}:az`, metric: 'errorRatio', atMs, values: cut(own.errors) };
      yield { kind: 'arc', id: `${id}:az`, metric: 'utilisation', atMs, values: cut(own.utilisation) };
    }
  }

  function linkSeries(id: string) {
    const rng = createRng(seed).fork(id);
    const state = new Float32Array(minuteCount);
    const points = new Float32Array(minuteCount);
    const errors = Float32Array.from(state, () => 1e-8 * Math.exp(rng.normal()));
    const utilisation = Float32Array.from(
      state,
      (_, minute) => 0.3 + 0.2 * Math.sin(minute / 229) + 0.02 * rng.normal(),
    );
    for (let at = 0; ; ) {
      at += Math.ceil(rng.exponential(mtbfHours * 60)) + LEAD_MINUTES;
      if (at >= minuteCount) return { state, points, errors, utilisation };
      state.fill(3, at, at + REPAIR_MINUTES);
      points.fill(100, at, at + REPAIR_MINUTES);
      if (rng.next() < announced) {
        for (let before = 1; before <= Math.min(LEAD_MINUTES, at); before += 1) {
          errors[at - before] = 10 ** (-7 + 2.5 * (1 - before / LEAD_MINUTES)) * Math.exp(0.3 * rng.normal());
        }
      }
      at += REPAIR_MINUTES;
    }
  }
}
