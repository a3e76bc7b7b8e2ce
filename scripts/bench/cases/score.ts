import { ENDS } from '../../../src/core/ids.ts';
import { createRng, type Rng } from '../../../src/core/rng.ts';
import { newLinkMemory } from '../../../src/health/memory.ts';
import { linkStateOf, observe } from '../../../src/health/scorer.ts';
import { DEFAULT_THRESHOLDS } from '../../../src/health/thresholds.ts';
import type { InterfaceSample } from '../../../src/telemetry/sample.ts';
import type { Link } from '../../../topology/model.ts';
import { type Bench, type Measure, measure, percentile } from '../harness.ts';

const LINKS = 150;
const ROUNDS = 400;
const RUNS = 5;
const START_MS = 1_700_000_000_000;
const MUST_PER_SECOND = 200_000;

/** Scores batches of one sample per interface, as the pipeline gets them, and makes every link's state per batch. */
export const bench: Bench = {
  name: 'score',
  summary: 'samples scored per second on one core, in memory, states included',
  run: async () => {
    // The first run also compiles; what runs for days does not.
    scoreOnce(RUNS);
    const rates = Array.from({ length: RUNS }, (_, run) => scoreOnce(run));
    return [
      result('samples', percentile(rates, 0.5), MUST_PER_SECOND),
      result('samples-worst-run', Math.min(...rates)),
    ];
  },
};

function result(metric: string, value: number, must?: number): Measure {
  return measure({ bench: 'score', metric, value, unit: 'samples/s', better: 'higher', ...(must ? { must } : {}) });
}

function scoreOnce(seed: number): number {
  const links = Array.from({ length: LINKS }, (_, index) => benchLink(`link-${index}`));
  const memories = links.map((link) => newLinkMemory(link.id));
  const rng = createRng(seed);
  // Samples are made outside the measured time, a round at a time, so that they do not fill the cache.
  let elapsedMs = 0;
  let states = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const samples = links.flatMap((link, index) => ENDS.map((end) => benchSample(link, end, index, round, rng)));
    const startedMs = performance.now();
    for (const [index, sample] of samples.entries()) {
      const owner = index >> 1;
      const verdict = observe(memories[owner] as never, sample, links[owner] as Link, DEFAULT_THRESHOLDS);
      if (verdict !== 'applied') throw new Error('the bench sent a sample out of order');
    }
    for (const [index, link] of links.entries()) {
      const state = linkStateOf(memories[index] as never, link, DEFAULT_THRESHOLDS, START_MS + round * 1000);
      states += state.state === 'stale' ? 0 : 1;
    }
    elapsedMs += performance.now() - startedMs;
  }
  if (states !== LINKS * ROUNDS) throw new Error(`${LINKS * ROUNDS - states} states were stale`);
  return (LINKS * 2 * ROUNDS * 1000) / elapsedMs;
}

function benchLink(id: string): Link {
  const both = (value: number) => ({ az: value, za: value });
  return {
    id,
    a: `${id}-a`,
    z: `${id}-z`,
    aInterface: null,
    zInterface: null,
    capacityBps: both(1e10),
    latencyMs: both(5),
    metric: both(10),
    srlgs: [],
  };
}

/** One link in ten loses packets or is busy, so that levels, parts and texts are made too. */
function benchSample(link: Link, end: 'a' | 'z', index: number, round: number, rng: Rng): InterfaceSample {
  const packets = Math.round(500_000 * (1 + 0.1 * Math.sin(round / 60)));
  const lost = index % 10 === 0 ? Math.round(packets * 0.03) : 0;
  const octets = packets * (index % 10 === 1 ? 2250 : 900);
  return {
    linkId: link.id,
    end,
    deviceId: end === 'a' ? link.a : link.z,
    atMs: START_MS + round * 1000,
    receivedAtMs: START_MS + round * 1000 + 20,
    intervalMs: 1000,
    adminStatus: 'up',
    operStatus: 'up',
    inOctets: octets,
    outOctets: octets,
    inPackets: packets - lost,
    outPackets: packets,
    inErrors: lost,
    outErrors: 0,
    inDiscards: 0,
    outDiscards: 0,
    inUnknownProtos: 0,
    latencyMs: 5 + 0.2 * rng.next(),
  };
}
