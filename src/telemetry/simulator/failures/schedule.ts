import type { Rng } from '../../../core/rng.ts';
import { drawSeconds, within } from '../distributions.ts';
import type { LinkTable } from '../plant.ts';
import type { FailurePlan } from '../scenario-schema.ts';
import { type Failure, type FailureKind, recededAt } from './failure.ts';
import { type FailureRates, failureRates } from './rates.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Nothing announces itself longer before, see the schema. */
const LONGEST_LEAD = 7 * DAY;
/** The world is older than the run, so that what takes long to repair is under repair when it begins. */
const BEFORE = 14 * DAY;

/** What fails without an announcement and with one, alone or as a group; short and long repairs. */
const KINDS = {
  long: { sudden: { link: ['fibre-cut', 'equipment'], conduit: ['fibre-cut'], card: ['equipment'] } },
  short: {
    sudden: { link: ['outage', 'outage', 'black-hole', 'flapping'], conduit: ['outage'], card: ['outage'] },
  },
} as const satisfies Record<string, Record<string, Record<string, readonly FailureKind[]>>>;

/** Kinds that announce themselves. Plain and electrical links fail by corruption where coherent ones fade. */
const ANNOUNCED = {
  long: { link: ['optical-decay'], conduit: ['optical-decay'], card: ['overheating'] },
  short: { link: ['flapping', 'optical-decay'], conduit: ['optical-decay'], card: ['overload', 'overheating'] },
} as const satisfies Record<string, Record<string, readonly FailureKind[]>>;

export interface FailureScheduleOptions {
  readonly plan: FailurePlan;
  readonly links: LinkTable;
  readonly nodeIds: readonly string[];
  /** Solar time of each node at second 0, hours. */
  readonly solarHours: Float64Array;
  /** Whether a link is coherent: then it fades; others corrupt. */
  readonly isCoherent: (link: number) => boolean;
  readonly rng: Rng;
}

/** Something that fails again and again at a constant rate, with random numbers of its own. */
interface Source {
  readonly name: string;
  readonly rng: Rng;
  readonly meanSeconds: number;
  readonly draw: (rng: Rng, id: string, atSeconds: number) => Failure;
  nextAt: number;
  count: number;
}

/**
 * All that fails, in time: a stream per link, card and conduit, so that the same seed gives the same failures however
 * far and in which steps the schedule is read. Draws no traffic and looks at none: a year takes milliseconds.
 */
export class FailureSchedule {
  readonly rates: FailureRates;
  readonly #options: FailureScheduleOptions;
  readonly #sources: readonly Source[];

  constructor(options: FailureScheduleOptions) {
    const { plan, links, nodeIds, rng } = options;
    this.#options = options;
    this.rates = failureRates(plan, links, nodeIds, rng.fork('rates'));
    this.#sources = this.#allSources();
  }

  /** Failures with an onset before `untilSeconds` that were not handed out yet, by onset. */
  drawUntil(untilSeconds: number): Failure[] {
    const drawn: Failure[] = [];
    for (const source of this.#sources) {
      while (source.nextAt < untilSeconds) {
        source.count += 1;
        drawn.push(source.draw(source.rng, `${source.name} ${source.count}`, source.nextAt));
        source.nextAt += source.rng.exponential(source.meanSeconds);
      }
    }
    return drawn.sort((x, y) => x.onsetAt - y.onsetAt);
  }

  #allSources(): Source[] {
    const { plan, links } = this.#options;
    const { alonePerHour, groups } = this.rates;
    const own = links.ids.map((id, link) =>
      this.#source(id, alonePerHour[link] as number, (rng, name, at) => this.#failure(rng, name, at, [link], null)),
    );
    const shared = groups.map((group) =>
      this.#source(group.name, group.perHour, (rng, name, at) =>
        this.#failure(rng, name, at, group.links, group.node, group.kind),
      ),
    );
    const perHour = [...alonePerHour, ...groups.map((group) => group.perHour)].reduce((sum, rate) => sum + rate, 0);
    const maintenance = this.#source(
      'maintenance',
      (perHour * plan.plannedShare) / (1 - plan.plannedShare),
      (rng, name, at) => this.#maintenance(rng, name, at),
    );
    const nearMisses = this.#source('near miss', perHour * plan.precursorShare * plan.nearMissRatio, (rng, name, at) =>
      this.#nearMiss(rng, name, at),
    );
    return [...own, ...shared, maintenance, nearMisses].filter(({ meanSeconds }) => Number.isFinite(meanSeconds));
  }

  #source(name: string, perHour: number, draw: Source['draw']): Source {
    const rng = this.#options.rng.fork(`source:${name}`);
    const meanSeconds = perHour > 1e-12 ? HOUR / perHour : Infinity;
    return { name, rng, meanSeconds, draw, count: 0, nextAt: -BEFORE + rng.exponential(meanSeconds) };
  }

  #failure(
    rng: Rng,
    id: string,
    onsetAt: number,
    links: readonly number[],
    node: number | null,
    group: 'link' | 'conduit' | 'card' = 'link',
  ): Failure {
    const { plan } = this.#options;
    const length = rng.next() < plan.shortShare ? 'short' : 'long';
    const isAnnounced = rng.next() < plan.precursorShare;
    const kind = isAnnounced
      ? this.#announced(rng.pick<FailureKind>(ANNOUNCED[length][group]), links[0] as number)
      : rng.pick<FailureKind>(KINDS[length].sudden[group]);
    const precursor = isAnnounced ? this.#precursor(rng, onsetAt) : null;
    const long = rng.normal();
    const short = drawSeconds(rng, plan.shortSeconds);
    const endsAt = links.map((link) => onsetAt + (length === 'short' ? short : this.#longSeconds(link, long)));
    return {
      ...{ id, kind, links, node, onsetAt, endsAt, precursor },
      planned: false,
      isFailure: true,
      severity: rng.next(),
      side: rng.below(2) as 0 | 1,
    };
  }

  /** A coherent link fades until it falls off the cliff; others show errors, ever more. */
  #announced(kind: FailureKind, link: number): FailureKind {
    return kind === 'optical-decay' && !this.#options.isCoherent(link) ? 'corruption' : kind;
  }

  /** Lognormal around what is left for long repairs of the link's mean when the short ones are taken out. */
  #longSeconds(link: number, normal: number): number {
    const { plan } = this.#options;
    const { median = 0, sigma = 0, between } = plan.shortSeconds;
    const shortMean = between
      ? ((between[0] as number) + (between[1] as number)) / 2
      : median * Math.exp(sigma ** 2 / 2);
    const wanted = (this.rates.repairHours[link] as number) * HOUR;
    const longMean = Math.max(shortMean, (wanted - plan.shortShare * shortMean) / Math.max(0.01, 1 - plan.shortShare));
    return longMean * Math.exp(plan.longSigma * normal - plan.longSigma ** 2 / 2);
  }

  #precursor(rng: Rng, onsetAt: number): Failure['precursor'] {
    const { leadSeconds, shape } = this.#options.plan;
    const [least, most] = leadSeconds as [number, number];
    const lead = Math.min(LONGEST_LEAD, least * (most / least) ** rng.next());
    return { startsAt: onsetAt - lead, shape: within(rng, shape) };
  }

  #maintenance(rng: Rng, id: string, atSeconds: number): Failure {
    const { plan, links } = this.#options;
    const { groups } = this.rates;
    const isShared = groups.length > 0 && rng.next() < plan.sharedShare;
    const members = isShared ? rng.pick(groups).links : [rng.below(links.ids.length)];
    const onsetAt = this.#atNight(rng, links.a[members[0] as number] as number, atSeconds);
    const endAt = onsetAt + drawSeconds(rng, plan.maintenanceSeconds);
    return {
      ...{ id, kind: 'maintenance', links: members, node: null, onsetAt, precursor: null, severity: 0, side: 0 },
      endsAt: members.map(() => endAt),
      planned: true,
      isFailure: true,
    };
  }

  /** The same day within the hours of maintenance, by the node's own time. */
  #atNight(rng: Rng, node: number, atSeconds: number): number {
    const { plan, solarHours } = this.#options;
    const solar = (solarHours[node] as number) + atSeconds / HOUR;
    return atSeconds + (within(rng, plan.maintenanceHours) - (solar - 24 * Math.floor(solar / 24))) * HOUR;
  }

  #nearMiss(rng: Rng, id: string, turnsAt: number): Failure {
    const { links } = this.#options;
    const { groups } = this.rates;
    const card = rng.next() < 0.3 ? rng.pick(groups.length > 0 ? groups : [null]) : null;
    const isCard = card !== null && card.kind === 'card';
    const members = card === null ? [rng.below(links.ids.length)] : card.links;
    const length = rng.next() < this.#options.plan.shortShare ? 'short' : 'long';
    const wanted = rng.pick<FailureKind>(ANNOUNCED[length][isCard ? 'card' : 'link']);
    const precursor = this.#precursor(rng, turnsAt) as NonNullable<Failure['precursor']>;
    const endAt = recededAt(precursor.startsAt, turnsAt);
    return {
      ...{ id, kind: this.#announced(wanted, members[0] as number), links: members, precursor },
      node: card?.node ?? null,
      onsetAt: turnsAt,
      endsAt: members.map(() => endAt),
      planned: false,
      isFailure: false,
      severity: rng.next(),
      side: rng.below(2) as 0 | 1,
      isAbrupt: rng.next() < this.#options.plan.nearMissAbruptShare,
    };
  }
}
