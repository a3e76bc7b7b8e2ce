import { setImmediate } from 'node:timers/promises';
import type { Highs } from 'highs';
import { loadHighs } from '../oracle/load.ts';
import { leastHarmBps } from './bound.ts';
import { type Carried, Carrier, harmOf, type Routes } from './carrier.ts';
import { DetourArm, type DetourOptions, type Piece } from './detour-arm.ts';
import { ExcessLog, type ExcessReport, isConverging } from './excess.ts';
import { FewDemands } from './few-demands.ts';
import { HarmJudge, type JudgedChange } from './harmful.ts';
import { OracleArm } from './oracle-arm.ts';
import { Stopwatch } from './stopwatch.ts';
import { ClosedLoopWorld, type Segment, type WorldOptions } from './world.ts';

/** bit over the whole run. */
export interface ArmSum {
  readonly lostBit: number;
  readonly overBit: number;
}

export interface ArmSums {
  readonly igp: ArmSum;
  readonly detour: ArmSum;
  readonly oracle: ArmSum;
}

export interface LoopResult extends ArmSums {
  readonly seconds: number;
  readonly offeredBit: number;
  /** The same without the seconds in which the routers do not agree yet that a link is down, or up again. */
  readonly settled: ArmSums;
  readonly changes: readonly JudgedChange[];
  /** Changes whose 30 minutes were not over at the end. */
  readonly unjudged: number;
  /** Times that Detour's or the IGP's routes were better than the oracle's own, which then took them, and by how much. */
  readonly beaten: { readonly segments: number; readonly bit: number };
  /** Of every so many segments in which the oracle could not avert all: what it left, and what has to be left, bit/s. */
  readonly samples: readonly { readonly oracleBps: number; readonly leastBps: number }[];
  readonly plans: number;
  readonly ticks: number;
  readonly fineTicks: number;
  /** Readings of one interface each. */
  readonly readings: number;
  readonly events: number;
  readonly excess: ExcessReport;
  readonly cpuSeconds: Readonly<Record<string, number>>;
}

export interface LoopOptions {
  readonly world: WorldOptions;
  readonly detour: DetourOptions;
  readonly seconds: number;
  /** Ends the run before its time; what was played until then is the result. */
  readonly isOver: () => boolean;
  /** Told every hour of the world: seconds that were played, and how things stand. */
  readonly progress: (playedSeconds: number, line: string) => void;
}

const PROGRESS_SECONDS = 3600;
/** bit/s: rounding of the simulator's fixed point. */
const NOTHING_BPS = 1e5;
/** The oracle's harm is held against the linear program in one of so many segments, of so many at most. */
const SAMPLE_EVERY = 20;
const MOST_SAMPLES = 60;
const NO_ROUTES: Routes = new Map();

/** Plays the world once with all three arms side by side. */
export async function playLoop(options: LoopOptions): Promise<LoopResult> {
  const play = new LoopPlay(options, await loadHighs());
  return play.run();
}

class LoopPlay {
  readonly #options: LoopOptions;
  readonly #highs: Highs;
  readonly #world: ClosedLoopWorld;
  readonly #detour: DetourArm;
  readonly #igp: Carrier;
  readonly #oracle: OracleArm;
  readonly #judge: HarmJudge;
  readonly #excess = new ExcessLog();
  readonly #spent = new Stopwatch();
  readonly #sums = newSums();
  readonly #settled = newSums();
  readonly #beaten = { segments: 0, bit: 0 };
  readonly #changes: JudgedChange[] = [];
  readonly #samples: { oracleBps: number; leastBps: number }[] = [];
  #harmed = 0;
  #offeredBit = 0;
  #playedTo = 0;

  constructor(options: LoopOptions, highs: Highs) {
    this.#options = options;
    this.#highs = highs;
    this.#world = new ClosedLoopWorld(options.world);
    this.#detour = new DetourArm(this.#world, options.detour);
    const carrier = () => new Carrier(this.#world, this.#limit, this.#detour.probeBps);
    this.#igp = carrier();
    this.#oracle = new OracleArm(this.#world, this.#limit, carrier());
    this.#judge = new HarmJudge(carrier(), new FewDemands(this.#world, this.#limit));
  }

  get #limit(): number {
    return this.#options.detour.limits.utilisationLimit;
  }

  async run(): Promise<LoopResult> {
    const { seconds, isOver, progress } = this.#options;
    let told = 0;
    for (const segment of ahead(this.#world, seconds, this.#spent)) {
      if (isOver()) break;
      await this.#segment(segment);
      this.#playedTo = segment.to;
      // Nothing here waits for anything outside, so timers would never have their turn.
      await setImmediate();
      if (this.#playedTo - told < PROGRESS_SECONDS) continue;
      told = this.#playedTo;
      progress(told, progressLine(told, this.#sums, this.#changes, this.#detour, this.#spent));
    }
    return this.#result();
  }

  async #segment(segment: Segment): Promise<void> {
    const spent = this.#spent;
    this.#offeredBit += sum(segment.sentBps) * (segment.to - segment.from);
    spent.begin('igp');
    const alone = this.#igp.carry(segment, NO_ROUTES, segment.believedUp);
    spent.begin('detour');
    const pieces = await this.#detour.live(segment);
    spent.begin('oracle');
    const best = oracleOf(this.#oracle, segment, alone, pieces);
    this.#sample(segment, best);
    for (const piece of pieces) await this.#add(piece, alone, best);
    spent.begin('judge');
    this.#changes.push(...this.#judge.add(pieces, this.#detour.changes.splice(0)));
    spent.begin('other');
  }

  async #add(piece: Piece, alone: Carried, best: Carried): Promise<void> {
    const seconds = piece.to - piece.from;
    const others = [alone, piece.carried];
    const known = others.reduce((least, each) => (harmOf(each) < harmOf(least) ? each : least), best);
    if (harmOf(known) < harmOf(best) - NOTHING_BPS) {
      this.#beaten.segments += 1;
      this.#beaten.bit += (harmOf(best) - harmOf(known)) * seconds;
    }
    const into = isConverging(piece.segment) ? [this.#sums] : [this.#sums, this.#settled];
    for (const sums of into) {
      add(sums.igp, alone, seconds);
      add(sums.detour, piece.carried, seconds);
      add(sums.oracle, known, seconds);
    }
    await this.#excess.add(piece, harmOf(known), this.#world, this.#detour);
  }

  #sample(segment: Segment, best: Carried): void {
    if (harmOf(best) <= NOTHING_BPS) return;
    if (this.#harmed % SAMPLE_EVERY === 0 && this.#samples.length < MOST_SAMPLES) {
      const leastBps = leastHarmBps(this.#highs, this.#world, segment, this.#limit);
      this.#samples.push({ oracleBps: harmOf(best), leastBps });
    }
    this.#harmed += 1;
  }

  #result(): LoopResult {
    const { ticks, fineTicks, samples: readings } = this.#detour.counts;
    const { plans, planCpuMs } = this.#detour.service.counts;
    return {
      ...{ seconds: this.#playedTo, offeredBit: this.#offeredBit, ...this.#sums, settled: this.#settled },
      ...{
        changes: this.#changes,
        unjudged: this.#judge.waiting,
        beaten: this.#beaten,
        samples: this.#samples,
        ticks,
        fineTicks,
        readings,
        plans,
      },
      events: this.#world.eventsAt.length,
      excess: this.#excess.report(),
      cpuSeconds: { ...this.#spent.seconds, plans: planCpuMs / 1000 },
    };
  }
}

/** Segments until the time is over, each with the world drawn far enough beyond it to know when to look closely. */
function* ahead(world: ClosedLoopWorld, seconds: number, spent: Stopwatch): Generator<Segment> {
  const waiting: Segment[] = [];
  for (;;) {
    spent.begin('world');
    while (waiting.length === 0 || world.drawnTo < (waiting[0] as Segment).to + LOOK_AHEAD_SECONDS) {
      waiting.push(world.next());
    }
    const segment = waiting.shift() as Segment;
    if (segment.from >= seconds) return;
    yield segment.to > seconds ? { ...segment, to: seconds } : segment;
  }
}

const LOOK_AHEAD_SECONDS = 10;

/** Where nothing is wrong in any arm there is nothing to solve. */
function oracleOf(oracle: OracleArm, segment: Segment, alone: Carried, pieces: readonly Piece[]): Carried {
  const isWell = harmOf(alone) <= NOTHING_BPS && pieces.every(({ carried }) => harmOf(carried) <= NOTHING_BPS);
  return isWell ? alone : oracle.step(segment).carried;
}

interface Summing {
  lostBit: number;
  overBit: number;
}

type Summings = Record<'igp' | 'detour' | 'oracle', Summing>;

const newSum = (): Summing => ({ lostBit: 0, overBit: 0 });
const newSums = (): Summings => ({ igp: newSum(), detour: newSum(), oracle: newSum() });

function add(into: Summing, { lostBps, overBps }: Carried, seconds: number): void {
  into.lostBit += lostBps * seconds;
  into.overBit += overBps * seconds;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

/** (IGP - Detour) / (IGP - oracle) of what is lost or above the limit; 1 where there was nothing to gain. */
export function shareOfOracle({ igp, detour, oracle }: ArmSums): number {
  const all = ({ lostBit, overBit }: ArmSum): number => lostBit + overBit;
  const possible = all(igp) - all(oracle);
  return possible === 0 ? 1 : (all(igp) - all(detour)) / possible;
}

function progressLine(
  at: number,
  sums: Summings,
  changes: readonly JudgedChange[],
  { counts, service }: DetourArm,
  spent: Stopwatch,
): string {
  const tbit = ({ lostBit, overBit }: Summing): string => ((lostBit + overBit) / 1e12).toFixed(1);
  const harmful = changes.filter(({ isHarmful }) => isHarmful).length;
  return [
    `hour ${(at / 3600).toFixed(0)}: igp ${tbit(sums.igp)} detour ${tbit(sums.detour)} oracle ${tbit(sums.oracle)} Tbit`,
    `share ${shareOfOracle(sums).toFixed(3)}`,
    `${changes.length} changes judged, ${harmful} harmful`,
    `${service.counts.plans} plans, ${counts.ticks} ticks`,
    `CPU ${Object.entries(spent.seconds)
      .map(([name, value]) => `${name} ${value.toFixed(0)}`)
      .join(' ')} s`,
  ].join(', ');
}
