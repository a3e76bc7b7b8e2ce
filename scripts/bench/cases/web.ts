import { loadNetwork } from '../../../topology/files.ts';
import type { Network } from '../../../topology/model.ts';
import { untilShown } from '../../browser/screen.ts';
import { type Bench, type BenchOptions, type Measure, type MeasureInput, measure, percentile } from '../harness.ts';
import { benchBackbone } from '../networks.ts';
import { accessibility } from '../web/accessibility.ts';
import { startWebBed, type WebBed } from '../web/bed.ts';
import { withCpu } from '../web/cpu.ts';
import { type FirstLoad, firstLoad } from '../web/first-load.ts';
import { framesWhileMoving, rate } from '../web/frames.ts';
import { tableTimes } from '../web/links-table.ts';
import { withLinks } from '../web/networks.ts';
import { pixelDelays } from '../web/pixel.ts';
import { storm } from '../web/storm.ts';

const CHANGES_PER_SECOND = 2_000;
/** The stream tells of each link twice a second at most. */
const CHANGING_LINKS = 2_000;
const MANY_LINKS = 5_000;
const TABLE_LINKS = 10_000;

/** The screen in a real headless Chromium, drawn in software, against the real API. */
export const bench: Bench = {
  name: 'web',
  summary:
    'the screen in a browser: first map, frames, changes to pixels, the table of links, axe-core on every screen',
  run,
};

async function* run({ full, flags, signal }: BenchOptions): AsyncIterable<Measure> {
  const { network } = await loadNetwork('backbone-100');
  yield* onBed(network, (bed) => firstMap(bed, full ? 15 : 5));
  yield* onBed(network, (bed) => pixels(bed, full ? 100 : 12, signal));
  const kdl = await benchBackbone(flags.data);
  yield* onBed(kdl, (bed) => moving(bed, 'network of 754 nodes', { must: 30 }));
  yield* onBed(withLinks(kdl, MANY_LINKS), (bed) => moving(bed, 'the same with 5,000 links', { aim: 30 }));
  yield* onBed(withLinks(kdl, CHANGING_LINKS), (bed) => changes(bed, full ? 60 : 20, signal));
  yield* onBed(withLinks(kdl, TABLE_LINKS), (bed) => table(bed, full ? 30 : 7));
  yield* await findings(full, signal);
}

async function* onBed(network: Network, body: (bed: WebBed) => Promise<Measure[]>): AsyncIterable<Measure> {
  const bed = await startWebBed(network);
  try {
    yield* await body(bed);
  } finally {
    await bed.close();
  }
}

async function firstMap(bed: WebBed, rounds: number): Promise<Measure[]> {
  const loads: FirstLoad[] = [];
  for (let round = 0; round < rounds; round += 1) loads.push(await firstLoad(bed));
  const mapMs = percentile(
    loads.map((load) => load.mapMs),
    0.5,
  );
  const scriptBytes = Math.max(...loads.map((load) => load.scriptBytes));
  return [
    low({ metric: 'first map of backbone-100, cold cache, median', value: mapMs, unit: 'ms', must: 2000, aim: 1000 }),
    low({ metric: 'JavaScript on first load, gzip', value: scriptBytes / 1000, unit: 'kB', must: 400, aim: 250 }),
  ];
}

async function pixels(bed: WebBed, rounds: number, signal: AbortSignal): Promise<Measure[]> {
  const { stateMs, figureMs } = await pixelDelays(bed, rounds, signal);
  const both = { unit: 'ms', must: 1000, aim: 300 };
  return [
    low({ metric: 'state in Redis to pixel, p99', value: percentile(stateMs, 0.99), ...both }),
    low({ metric: 'state in Redis to pixel, median', value: percentile(stateMs, 0.5), unit: 'ms' }),
    low({ metric: 'figure in Redis to pixel, p99', value: percentile(figureMs, 0.99), ...both }),
    low({ metric: 'figure in Redis to pixel, median', value: percentile(figureMs, 0.5), unit: 'ms' }),
  ];
}

type Bounds = Pick<MeasureInput, 'must' | 'aim'>;

async function moving({ open, browser }: WebBed, what: string, bounds: Bounds): Promise<Measure[]> {
  const page = await open('/');
  await untilShown(page);
  const { result: frames, cpuMs } = await withCpu(browser, () => framesWhileMoving(page, 10));
  await page.context().close();
  return [
    high({ metric: `pan and zoom, ${what}`, value: rate(frames), unit: 'frames/s', ...bounds }),
    low({ metric: `pan and zoom, ${what}, CPU time a frame`, value: cpuMs / frames.length, unit: 'ms' }),
    low({ metric: `pan and zoom, ${what}, longest frame`, value: Math.max(...frames), unit: 'ms' }),
  ];
}

async function changes(bed: WebBed, seconds: number, signal: AbortSignal): Promise<Measure[]> {
  const { toldPerSecond, frames, heapBytes } = await storm(bed, CHANGES_PER_SECOND, seconds, signal);
  const [before, after] = heapBytes;
  const during = `${CHANGES_PER_SECOND.toLocaleString('en')} link changes/s`;
  return [
    high({
      metric: `${during}: told by the stream`,
      value: toldPerSecond,
      unit: 'links/s',
      must: 0.95 * CHANGES_PER_SECOND,
    }),
    low({ metric: `${during}: longest frame`, value: Math.max(...frames), unit: 'ms', must: 200, aim: 100 }),
    low({ metric: `${during}: p99 frame`, value: percentile(frames, 0.99), unit: 'ms' }),
    low({ metric: `${during}: memory after / before`, value: after / before, unit: 'ratio', must: 1.1 }),
    low({ metric: `${during}: memory of the page`, value: after / 1e6, unit: 'MB' }),
  ];
}

async function table(bed: WebBed, rounds: number): Promise<Measure[]> {
  const { sortMs, filterMs } = await tableTimes(bed, rounds);
  const both = { unit: 'ms', must: 100, aim: 50 };
  return [
    low({ metric: 'table of 10,000 links, sort, median', value: percentile(sortMs, 0.5), ...both }),
    low({ metric: 'table of 10,000 links, filter, median', value: percentile(filterMs, 0.5), ...both }),
  ];
}

async function findings(full: boolean, signal: AbortSignal): Promise<Measure[]> {
  const { looked, findings: all } = await accessibility(full, signal);
  const grave = all.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  for (const { text } of all) process.stderr.write(`${text}\n`);
  return [
    low({ metric: 'axe-core, every screen: serious or critical', value: grave.length, unit: 'findings', must: 0 }),
    low({ metric: 'axe-core, every screen: of any impact', value: all.length, unit: 'findings', aim: 0 }),
    high({ metric: 'axe-core: screens looked at, dark and light', value: looked, unit: 'screens' }),
  ];
}

type Figure = Omit<MeasureInput, 'bench' | 'better'>;
const low = (figure: Figure): Measure => measure({ bench: 'web', better: 'lower', ...figure });
const high = (figure: Figure): Measure => measure({ bench: 'web', better: 'higher', ...figure });
