import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createRng } from '../../../src/core/rng.ts';
import { idsOf } from '../../../src/predict/live/follower.ts';
import { LinkRisks } from '../../../src/predict/live/link-risks.ts';
import { readRiskModel } from '../../../src/predict/live/served-risk.ts';
import { KEPT_METRICS } from '../../../src/predict/minutes.ts';
import { ModelRegistry } from '../../../src/predict/registry/registry.ts';
import { generateBackbone } from '../../../topology/generate/index.ts';
import type { Network } from '../../../topology/model.ts';
import { type Bench, type Measure, measure, percentile } from '../harness.ts';
import { startService } from '../service.ts';

const RATES = [2_000, 8_000] as const;
const SECONDS = 10;
const BATCH_ROWS = 1_000;
const BATCHES = 50;
const CONNECTIONS = 64;
/** Two backbones of so many routers have a little more than 10,000 links together; one of 5,000, the largest, has 7,412. */
const ROUTERS = 3_600;
const LINKS = 10_000;

/** Rows of features to the service over loopback, and all links of a large network in the engine that the job uses. */
export const bench: Bench = {
  name: 'serve',
  summary: 'POST /predict and /predict/batch under load, scoring a 10,000-link network (needs npm run build)',
  async *run({ signal }) {
    yield* largeNetwork();
    const dataDir = await mkdtemp(join(tmpdir(), 'detour-bench-'));
    const service = await startService(['--data-dir', dataDir, '--roles', 'api']);
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    try {
      const rows = rowsOf(BATCH_ROWS);
      const answer = await post(agent, service.url, '/predict', JSON.stringify({ features: rows[0] }));
      process.stderr.write(`answered by ${(JSON.parse(answer) as { engine: string }).engine}\n`);
      for (const rate of RATES) yield* single(agent, service.url, rows, rate, signal);
      yield* batches(agent, service.url, 'batch', { rows });
      yield* batches(agent, service.url, 'explained batch', { rows, explain: true });
    } finally {
      agent.destroy();
      await service.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};

type Row = Record<string, number | null>;

function model() {
  const registry = new ModelRegistry({ folder: join(tmpdir(), 'detour-bench-no-models') });
  const { present } = registry.pointers('risk');
  if (present === null) throw new Error('no risk model ships');
  return readRiskModel(registry.open('risk', present));
}

function rowsOf(count: number): Row[] {
  const rng = createRng(7);
  const { features } = model();
  return Array.from({ length: count }, () =>
    Object.fromEntries(features.map((name) => [name, rng.next() < 0.05 ? null : Number(rng.normal().toPrecision(6))])),
  );
}

/** Requests at a fixed rate whatever the answers do: a service that falls behind shows it in its times. */
async function* single(
  agent: Agent,
  url: string,
  rows: readonly Row[],
  rate: number,
  signal: AbortSignal,
): AsyncIterable<Measure> {
  const bodies = rows.map((features) => JSON.stringify({ features }));
  const elapsed: number[] = [];
  const waiting: Promise<unknown>[] = [];
  const beganMs = performance.now();
  const total = rate * SECONDS;
  for (let sent = 0; sent < total && !signal.aborted; ) {
    const due = Math.min(total, Math.floor(((performance.now() - beganMs) / 1000) * rate));
    for (; sent < due; sent += 1) {
      const dueMs = beganMs + (sent / rate) * 1000;
      const body = bodies[sent % bodies.length] as string;
      waiting.push(post(agent, url, '/predict', body).then(() => elapsed.push(performance.now() - dueMs)));
    }
    await pause(1);
  }
  await Promise.all(waiting);
  const seconds = (performance.now() - beganMs) / 1000;
  const isMust = rate === RATES[0];
  const limits = isMust ? { must: 100 } : { aim: 15 };
  yield low(`p99 at ${rate} offered a second`, percentile(elapsed, 0.99), 'ms', limits);
  yield low(`median at ${rate} offered a second`, percentile(elapsed, 0.5), 'ms');
  yield high(`answered at ${rate} offered a second`, elapsed.length / seconds, 'requests/s');
}

async function* batches(agent: Agent, url: string, what: string, asked: object): AsyncIterable<Measure> {
  const body = JSON.stringify(asked);
  await post(agent, url, '/predict/batch', body);
  const elapsed: number[] = [];
  const beganMs = performance.now();
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const fromMs = performance.now();
    await post(agent, url, '/predict/batch', body);
    elapsed.push(performance.now() - fromMs);
  }
  yield low(`${what} of ${BATCH_ROWS} rows, p99`, percentile(elapsed, 0.99), 'ms', { must: 100 });
  yield low(`${what} of ${BATCH_ROWS} rows, median`, percentile(elapsed, 0.5), 'ms');
  yield high(`${what}es one after the other`, (BATCHES / (performance.now() - beganMs)) * 1000, 'batches/s', {
    aim: 100,
  });
}

function largeBackbone(): Network {
  const [one, other] = [1, 2].map((seed) => generateBackbone({ seed, routers: ROUTERS, name: 'large' })) as [
    Network,
    Network,
  ];
  const named = (id: string) => `other-${id}`;
  const nodes = other.nodes.map((node) => ({ ...node, id: named(node.id) }));
  const srlgs = other.srlgs.map((srlg) => ({ ...srlg, id: named(srlg.id) }));
  const links = other.links.map((link) => ({
    ...link,
    ...{ id: named(link.id), a: named(link.a), z: named(link.z), srlgs: link.srlgs.map(named) },
  }));
  const all = [...one.links, ...links].slice(0, LINKS);
  if (all.length < LINKS) throw new Error(`${all.length} links, not ${LINKS}`);
  return { ...one, nodes: [...one.nodes, ...nodes], srlgs: [...one.srlgs, ...srlgs], links: all };
}

/** Features, chances, reasons and advice of every link, from the minutes of the last hour. */
async function* largeNetwork(): AsyncIterable<Measure> {
  const network = largeBackbone();
  const risks = new LinkRisks(network);
  const rng = createRng(3);
  const atMs = Float64Array.from({ length: 60 }, (_, minute) => minute * 60_000);
  for (const [kind, ids] of Object.entries(idsOf(network))) {
    for (const metric of Object.keys(KEPT_METRICS[kind as keyof typeof KEPT_METRICS])) {
      for (const id of ids) risks.take({ kind: kind as 'link', id, metric, atMs, values: atMs.map(() => rng.next()) });
    }
  }
  const used = model();
  const links = network.links.map(({ id }) => ({ linkId: id, unknown: null }));
  const elapsed = [1, 2, 3].map(() => {
    const cpu = process.cpuUsage();
    const beganMs = performance.now();
    const table = risks.features();
    risks.describe(used, links, table, risks.chances(used, table));
    const { user, system } = process.cpuUsage(cpu);
    return { wallMs: performance.now() - beganMs, cpuMs: (user + system) / 1000 };
  });
  const best = (of: (each: (typeof elapsed)[number]) => number) => Math.min(...elapsed.map(of));
  yield low(
    `all links of a ${links.length}-link network`,
    best(({ wallMs }) => wallMs),
    'ms',
    { must: 2000, aim: 500 },
  );
  yield low(
    `all links of a ${links.length}-link network, CPU time`,
    best(({ cpuMs }) => cpuMs),
    'ms',
  );
}

function post(agent: Agent, url: string, path: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const outgoing = request(`${url}/api/v1${path}`, { method: 'POST', agent, headers });
    outgoing.once('error', reject);
    outgoing.once('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
      });
      answer.once('error', reject);
      answer.once('end', () =>
        answer.statusCode === 200
          ? resolve(text)
          : reject(new Error(`${path}: ${answer.statusCode} ${text.slice(0, 300)}`)),
      );
    });
    outgoing.end(body);
  });
}

type Limits = { readonly must?: number; readonly aim?: number };

function low(metric: string, value: number, unit: string, limits: Limits = {}): Measure {
  return measure({ bench: 'serve', metric, value, unit, better: 'lower', ...limits });
}

function high(metric: string, value: number, unit: string, limits: Limits = {}): Measure {
  return measure({ bench: 'serve', metric, value, unit, better: 'higher', ...limits });
}
