import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { partsOf } from '../../../src/health/explain.ts';
import { newLinkMemory } from '../../../src/health/memory.ts';
import { observe } from '../../../src/health/scorer.ts';
import { isAdminDown } from '../../../src/health/status.ts';
import { DEFAULT_THRESHOLDS } from '../../../src/health/thresholds.ts';
import type { InterfaceSample } from '../../../src/telemetry/sample.ts';
import type { Link } from '../../../topology/model.ts';
import { numberOf, readCsv, timeOf } from './csv.ts';

/** Ports as the other end names them: what is broken there shows here. */
const PEERS: Readonly<Record<string, string>> = { 'spine4-3464 eth1/25': 'leaf7 HundredGigE0/0/0/16' };
const FAULTS: ReadonlySet<string> = new Set(['shutdown_interface', 'break_bfd']);
/** A port may speak of what was done to it for so long. */
const SETTLE_MS = 60_000;

/** What the recording says at one time about one port, `device name`. */
interface Told {
  readonly atMs: number;
  readonly port: string;
  readonly admin?: 'up' | 'down';
  readonly oper?: 'up' | 'down';
  readonly bfd?: 'up' | 'down';
  readonly counters?: readonly number[];
}

const COUNTERS = [
  ['inOctets', 'bytes-received'],
  ['outOctets', 'bytes-sent'],
  ['inPackets', 'packets-received'],
  ['outPackets', 'packets-sent'],
  ['inErrors', 'input-errors'],
  ['outErrors', 'output-errors'],
  ['inDiscards', 'input-drops'],
  ['outDiscards', 'output-drops'],
  ['inUnknownProtos', 'unknown-protocol-packets-received'],
] as const;

export interface PortEvent {
  readonly atMs: number;
  readonly port: string;
  readonly what: string;
  /** Seconds until the scorer called the port unhealthy or down; null where it never did. */
  readonly detectedSeconds: number | null;
}

export interface CiscoResult {
  readonly recording: string;
  readonly events: readonly PortEvent[];
  /** Ports that nothing was done to, and how often they were called unhealthy or down while they had worked before. */
  readonly untouched: number;
  readonly falseAlarms: readonly string[];
}

/** Plays every `cisco_iosxr_*` recording of a folder to the project's own scorer, sample by sample in order of time. */
export async function ciscoResults(folder: string): Promise<CiscoResult[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const recordings = names.filter((name) => name.startsWith('cisco_iosxr_')).sort();
  return Promise.all(recordings.map((name) => playRecording(join(folder, name), name)));
}

async function playRecording(folder: string, recording: string): Promise<CiscoResult> {
  const told = await readTold(folder);
  const alarms = score(told);
  const { covered, touched } = await readEvents(folder, told);
  const events = covered.map((event): PortEvent => {
    const alarm = alarms.find(
      ({ port, atMs }) => port === event.port && atMs >= event.atMs && atMs - event.atMs <= SETTLE_MS,
    );
    return { ...event, detectedSeconds: alarm === undefined ? null : (alarm.atMs - event.atMs) / 1000 };
  });
  const ports = new Set(told.map(({ port }) => port));
  return {
    recording,
    events,
    untouched: [...ports].filter((port) => !touched.has(port)).length,
    falseAlarms: alarms.filter(({ port }) => !touched.has(port)).map(({ port, atMs }) => `${port} at ${atMs}`),
  };
}

async function readTold(folder: string): Promise<Told[]> {
  const files = await readdir(folder);
  const named = (part: string) => files.filter((file) => file.includes(part)).map((file) => join(folder, file));
  const parts = await Promise.all([
    ...named('interface-brief').map(readBriefs),
    ...named('session-brief').map(readSessions),
    ...named('generic-counters').map(readCounters),
  ]);
  return parts.flat().sort((x, y) => x.atMs - y.atMs);
}

async function readBriefs(path: string): Promise<Told[]> {
  const { rows, column } = await readCsv(path);
  const [device, name, state] = [column('Producer'), column('interface-name'), column('state')];
  return rows.flatMap((row): Told[] => {
    const [port, said] = [`${row[device]} ${row[name]}`, row[state] as string];
    const admin = said.includes('admin-down') ? 'down' : 'up';
    return told(row, { port, admin, oper: said === 'im-state-up' ? 'up' : 'down' });
  });
}

async function readSessions(path: string): Promise<Told[]> {
  const { rows, column } = await readCsv(path);
  const [device, name, state] = [column('Producer'), column('interface-name'), column('state')];
  return rows.flatMap((row) =>
    told(row, { port: `${row[device]} ${row[name]}`, bfd: (row[state] as string).endsWith('-up') ? 'up' : 'down' }),
  );
}

async function readCounters(path: string): Promise<Told[]> {
  const { rows, column } = await readCsv(path);
  const [device, name] = [column('Producer'), column('interface-name')];
  const places = COUNTERS.map(([, theirs]) => column(theirs));
  return rows.flatMap((row) =>
    told(row, { port: `${row[device]} ${row[name]}`, counters: places.map((place) => numberOf(row[place])) }),
  );
}

function told(row: readonly string[], rest: Omit<Told, 'atMs'>): Told[] {
  const atMs = timeOf(row[0] as string);
  return Number.isNaN(atMs) || rest.port.endsWith(' ') ? [] : [{ atMs, ...rest }];
}

interface Alarm {
  readonly port: string;
  readonly atMs: number;
}

function score(all: readonly Told[]): Alarm[] {
  const ports = new Map<string, PortWatch>();
  const alarms: Alarm[] = [];
  for (const each of all) {
    const watch = ports.get(each.port) ?? new PortWatch(each.port);
    ports.set(each.port, watch);
    if (watch.see(each)) alarms.push({ port: each.port, atMs: each.atMs });
  }
  return alarms;
}

/** One port as a link of which one end is known. A port whose BFD session is down passes no traffic: so it is down. */
class PortWatch {
  readonly #link: Link;
  readonly #memory: ReturnType<typeof newLinkMemory>;
  #admin: 'up' | 'down' | null = null;
  #oper: 'up' | 'down' | null = null;
  #bfd: 'up' | 'down' | null = null;
  #counters: { readonly atMs: number; readonly values: readonly number[] } | null = null;
  #wasWorking = false;
  #lastMs = -Infinity;

  constructor(port: string) {
    const both = { az: 1e11, za: 1e11 };
    this.#link = {
      ...{ id: port, a: port, z: 'far end', aInterface: port, zInterface: null, srlgs: [] },
      ...{ capacityBps: both, latencyMs: { az: 0, za: 0 }, metric: { az: 1, za: 1 } },
    };
    this.#memory = newLinkMemory(port);
  }

  /** True when the port worked and is called unhealthy or down from now on. */
  see(said: Told): boolean {
    const before = `${this.#admin} ${this.#oper} ${this.#bfd}`;
    // What is heard of for the first time may have been so for long: no alarm.
    const isFirst = (said.bfd !== undefined && this.#bfd === null) || (said.oper !== undefined && this.#oper === null);
    this.#admin = said.admin ?? this.#admin;
    this.#oper = said.oper ?? this.#oper;
    this.#bfd = said.bfd ?? this.#bfd;
    const hasChanged = before !== `${this.#admin} ${this.#oper} ${this.#bfd}`;
    if (said.counters === undefined && !hasChanged) return false;
    this.#observe(said);
    // The state as a whole would be stale: nobody recorded the far end.
    const parts = partsOf(this.#memory, DEFAULT_THRESHOLDS);
    const isBad = isAdminDown(this.#memory) || parts.some(({ level }) => level !== 'degraded');
    const isAlarm = isBad && this.#wasWorking && !isFirst;
    this.#wasWorking = !isBad;
    return isAlarm;
  }

  #observe(said: Told): void {
    const atMs = Math.max(said.atMs, this.#lastMs + 1);
    this.#lastMs = atMs;
    const isDown = this.#oper === 'down' || this.#bfd === 'down';
    const sample: InterfaceSample = {
      ...{ linkId: this.#link.id, end: 'a', deviceId: this.#link.a, atMs, receivedAtMs: atMs },
      ...this.#amounts(said),
      adminStatus: this.#admin,
      operStatus: this.#oper === null && this.#bfd === null ? null : isDown ? 'down' : 'up',
      latencyMs: null,
    };
    observe(this.#memory, sample, this.#link, DEFAULT_THRESHOLDS);
  }

  #amounts({ atMs, counters }: Told): Amounts {
    const before = this.#counters;
    if (counters !== undefined) this.#counters = { atMs, values: counters };
    const isUsable = counters !== undefined && before !== null && atMs > before.atMs;
    const differences = isUsable ? counters.map((value, at) => value - (before.values[at] as number)) : null;
    const amount = (at: number) => {
      const value = differences?.[at] ?? Number.NaN;
      return value >= 0 ? value : null;
    };
    const amounts = Object.fromEntries(COUNTERS.map(([ours], at) => [ours, amount(at)]));
    return { ...amounts, intervalMs: isUsable ? atMs - before.atMs : null } as Amounts;
  }
}

type Amounts = Pick<InterfaceSample, (typeof COUNTERS)[number][0] | 'intervalMs'>;

/** Faults within the time of the recording, on ports that it tells of, and every port that anything was done to. */
async function readEvents(folder: string, all: readonly Told[]) {
  const file = (await readdir(folder)).find((name) => name.startsWith('events.csv'));
  if (file === undefined) throw new RangeError(`${folder}: there is no events.csv`);
  const { rows, column } = await readCsv(join(folder, file));
  const [time, what, device, name] = [column('timestamp'), column('event'), column('device'), column('interface')];
  const covered: Omit<PortEvent, 'detectedSeconds'>[] = [];
  const touched = new Set<string>();
  for (const row of rows) {
    const there = `${row[device]} ${row[name]}`;
    if (row[name] === '') continue;
    const port = PEERS[there] ?? there;
    touched.add(port);
    const event = { atMs: numberOf(row[time]) * 1000, port, what: row[what] as string };
    if (FAULTS.has(event.what) && isCovered(event, all)) covered.push(event);
  }
  return { covered, touched };
}

/** What shows the fault was recorded before and after it. */
function isCovered({ atMs, port, what }: { atMs: number; port: string; what: string }, all: readonly Told[]): boolean {
  const shows = all.filter((each) => each.port === port && (what === 'break_bfd' ? each.bfd : each.oper) !== undefined);
  return shows.some((each) => each.atMs < atMs) && shows.some((each) => each.atMs >= atMs);
}
