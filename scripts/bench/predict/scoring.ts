import { createRng } from '../../../src/core/rng.ts';
import type { ImportBlock } from '../../../src/history/history.ts';
import { MINUTE_MS, NetworkMinutes } from '../../../src/predict/minutes.ts';
import { riskFeatures } from '../../../src/predict/risk/features.ts';
import { predictRisks, type RiskModel } from '../../../src/predict/risk/model.ts';
import type { Network } from '../../../topology/model.ts';
import { type Measure, measure } from '../harness.ts';
import { START_MS } from './worlds.ts';

const LINKS = 10_000;
const ROUTERS = 2_500;
const MINUTES = 64;
const ROUNDS = 3;

/** Processor time of the features and chances of all links of a large network, once its minutes are there. */
export function scoringMeasure(model: RiskModel): Measure {
  const network = largeNetwork();
  const minutes = new NetworkMinutes(network);
  for (const block of blocksOf(network)) minutes.add(block);
  const seconds = Array.from({ length: ROUNDS }, (_, round) => {
    const before = process.cpuUsage();
    predictRisks(model, riskFeatures(minutes, network, START_MS + (MINUTES - 1 - round) * MINUTE_MS));
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  });
  const value = Math.min(...seconds);
  return measure({
    bench: 'predict',
    metric: `scoring-${LINKS}-links-cpu`,
    value,
    unit: 's',
    better: 'lower',
    must: 2,
    aim: 0.5,
  });
}

/** Routers with eight links each, eight links to a conduit. */
function largeNetwork(): Network {
  const both = (value: number) => ({ az: value, za: value });
  const nodes = Array.from({ length: ROUTERS }, (_, at) => ({
    ...{ id: `r${at}`, name: `r${at}`, lat: null, lon: null, tier: null, mass: null },
    ...{ address: null, snmpPort: 161, credentials: null },
  }));
  const links = Array.from({ length: LINKS }, (_, at) => ({
    ...{ id: `l${at}`, a: `r${at % ROUTERS}`, z: `r${(at * 7 + 1) % ROUTERS}`, aInterface: null, zInterface: null },
    ...{ capacityBps: both(1e10), latencyMs: both(5), metric: both(10) },
    srlgs: [`s${at >> 3}`],
  }));
  const srlgs = Array.from({ length: LINKS >> 3 }, (_, at) => ({ id: `s${at}`, name: `s${at}` }));
  return { name: 'large', nodes, links, srlgs };
}

function* blocksOf({ links, nodes }: Network): Generator<ImportBlock> {
  const rng = createRng(3);
  const atMs = Float64Array.from({ length: MINUTES }, (_, minute) => START_MS + minute * MINUTE_MS);
  const block = (
    kind: ImportBlock['kind'],
    id: string,
    metric: string,
    usual: number,
    spread: number,
  ): ImportBlock => ({
    ...{ kind, id, metric, atMs },
    values: Float32Array.from(atMs, () => usual + spread * rng.next()),
  });
  for (const { id } of links) {
    yield block('link', id, 'state', 0, 0);
    for (const end of ['az', 'za']) {
      yield block('arc', `${id}:${end}`, 'utilisation', 0.3, 0.2);
      yield block('arc', `${id}:${end}`, 'lossRatio', 0, 1e-6);
      yield block('arc', `${id}:${end}`, 'errorRatio', 0, 1e-7);
      yield block('arc', `${id}:${end}`, 'latencyMs', 5, 0.2);
    }
    for (const end of ['a', 'z']) {
      yield block('interface', `${id}:${end}`, 'rxPowerDbm', -10, 0.3);
      yield block('interface', `${id}:${end}`, 'preFecBitErrorRatio', 2e-3, 1e-4);
      yield block('interface', `${id}:${end}`, 'transceiverTemperatureCelsius', 42, 0.5);
    }
  }
  for (const { id } of nodes) {
    yield block('device', id, 'cpuRatio', 0.2, 0.1);
    yield block('device', id, 'memoryRatio', 0.4, 0.02);
    yield block('device', id, 'temperatureCelsius', 40, 1);
  }
}
