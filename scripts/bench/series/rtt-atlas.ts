import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { messageOf } from '../../../src/core/errors.ts';
import { type RegularSeries, regularSeries } from '../../../src/predict/forecast/series.ts';

/** Probes measure every four minutes. */
const STEP_MS = 240_000;

/**
 * Round trips of probes, in ms, from `rtt_atlas/*.csv` of a folder of series; none where there is no such folder. A file
 * that cannot be read is told of.
 */
export async function rttSeries(folder: string, say: (text: string) => void = () => {}): Promise<RegularSeries[]> {
  const own = join(folder, 'rtt_atlas');
  const files = (await readdir(own).catch(() => [] as string[])).filter((file) => /\.csv(\.gz)?$/.test(file)).sort();
  const read = files.map(async (file) => readProbe(file.replace(/\.csv(\.gz)?$/, ''), await textOf(join(own, file))));
  return (await Promise.allSettled(read)).flatMap((found, at) => {
    if (found.status === 'fulfilled') return [found.value];
    say(`rtt_atlas/${files[at]} left out: ${messageOf(found.reason)}`);
    return [];
  });
}

async function textOf(path: string): Promise<string> {
  const octets = await readFile(path);
  return (path.endsWith('.gz') ? gunzipSync(octets) : octets).toString('utf8');
}

/** Lines of `time;round trip;label`; the label is not read. A round trip that is not above 0 is a lost probe. */
export function readProbe(id: string, text: string): RegularSeries {
  const readings = text
    .split('\n')
    .slice(1)
    .map((line) => line.split(';'))
    .map(([time = '', rtt = '']) => [timeOf(time), Number(rtt) > 0 ? Number(rtt) : Number.NaN] as const);
  return regularSeries(id, readings, STEP_MS);
}

/** Files write the day as 2016-11-20 or as 20/11/2016; both are UTC. */
function timeOf(text: string): number {
  const [day = '', clock = ''] = text.trim().split(/[ T]/);
  const iso = day.includes('/') ? day.split('/').reverse().join('-') : day;
  return Date.parse(`${iso}T${clock.length === 5 ? `${clock}:00` : clock.replace(/Z$/, '')}Z`);
}
