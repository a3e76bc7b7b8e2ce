import type { Network } from '../../../topology/model.ts';
import type { RiskLevel } from '../../core/risk.ts';
import { riskLevelOf } from '../../core/risk.ts';
import { formatDuration, formatRatio } from '../../core/units.ts';
import type { FeatureTable } from '../feature-table.ts';
import { LIVE_SIZE, MINUTE_MS, NetworkMinutes } from '../minutes.ts';
import { type Recommendation, type RiskFactor, recommend, remedyOf, topFactors } from '../risk/explain.ts';
import { riskFeatures } from '../risk/features.ts';
import { RISK_HORIZONS } from '../risk/labels.ts';
import { type HorizonRisk, leadTimeMs, predictRisks, type RiskModel } from '../risk/model.ts';
import type { Piece } from './pieces.ts';

/** What is known of a link when its risk is asked for. */
export interface LinkNow {
  readonly linkId: string;
  /** Why nothing can be said of it, for people; null where something can. */
  readonly unknown: string | null;
}

export interface LinkRisk {
  readonly linkId: string;
  readonly risks: { readonly horizonMs: number; readonly probability: number }[];
  readonly probability: number | null;
  readonly level: RiskLevel | null;
  readonly leadMs: number | null;
  readonly factors: {
    readonly feature: string;
    readonly value: number | null;
    readonly weight: number;
    readonly text: string;
  }[];
  readonly recommendation: { readonly action: Recommendation; readonly text: string } | null;
  readonly unknown: string | null;
}

/** A link of which no traffic was seen for so long tells nothing, whatever its state says. */
const SILENT_MINUTES = 10;

/** The last hours of a network, and what a model says of its links now. */
export class LinkRisks {
  readonly #network: Network;
  readonly #minutes: NetworkMinutes;

  constructor(network: Network) {
    this.#network = network;
    this.#minutes = new NetworkMinutes(network, LIVE_SIZE);
  }

  take(piece: Piece): void {
    this.#minutes.add(piece);
  }

  /** End of the newest minute known, ms; -Infinity before the first. */
  get untilMs(): number {
    return this.#minutes.newestMs + MINUTE_MS;
  }

  /** The features of every link as of the newest minute, in the order of the network. */
  features(): FeatureTable {
    return riskFeatures(this.#minutes, this.#network, this.#minutes.newestMs);
  }

  /** Chances by horizon and link, NaN where nothing was heard of a link lately. */
  chances(model: RiskModel, table = this.features()): Float64Array[] {
    const isSilent = this.#silent();
    return predictRisks(model, table).map((chances) =>
      chances.map((chance, link) => (isSilent[link] === 1 ? Number.NaN : chance)),
    );
  }

  /** Everything that is said of each link. */
  describe(
    model: RiskModel,
    links: readonly LinkNow[],
    table: FeatureTable,
    chances: readonly Float64Array[],
  ): LinkRisk[] {
    const longest = model.horizons.at(-1) as HorizonRisk;
    return links.map(({ linkId, unknown }, link) => {
      const own = chances.map((each) => each[link] as number);
      const reason = unknown ?? (own.some(Number.isNaN) ? `no traffic figures for ${SILENT_MINUTES} min` : null);
      if (reason !== null) return nothing(linkId, reason);
      return something(linkId, own, topFactors(longest, table.values, link * table.names.length));
    });
  }

  #silent(): Uint8Array {
    const newest = Math.floor(this.#minutes.newestMs / MINUTE_MS);
    const column = this.#minutes.column('arc', 'utilisation');
    const silent = new Uint8Array(this.#network.links.length).fill(1);
    for (let minute = newest - SILENT_MINUTES + 1; minute <= newest; minute += 1) {
      column.atMinute(minute)?.forEach((value, arc) => {
        if (!Number.isNaN(value)) silent[arc >> 1] = 0;
      });
    }
    return silent;
  }
}

function nothing(linkId: string, unknown: string): LinkRisk {
  return {
    linkId,
    risks: [],
    probability: null,
    level: null,
    leadMs: null,
    factors: [],
    recommendation: null,
    unknown,
  };
}

function something(linkId: string, chances: readonly number[], factors: readonly RiskFactor[]): LinkRisk {
  const risks = RISK_HORIZONS.map(({ minutes }, at) => ({
    horizonMs: minutes * MINUTE_MS,
    probability: digits(chances[at] as number),
  }));
  const probability = risks.at(-1)?.probability ?? 0;
  const leadMs = leadTimeMs(chances);
  const action = recommend(probability, factors);
  return {
    ...{ linkId, risks, probability, level: riskLevelOf(probability), leadMs },
    factors: factors.map(({ feature, value, weight, text }) => ({ feature, value, weight: digits(weight), text })),
    recommendation: { action, text: adviceText(action, probability, leadMs, remedyOf(factors)) },
    unknown: null,
  };
}

/** Six digits: what is kept and sent every minute need not carry the noise of doubles. */
function digits(value: number): number {
  return Number(value.toPrecision(6));
}

const ADVICE: Readonly<Record<Recommendation, string>> = {
  drain: 'take traffic off the link before it fails',
  watch: 'watch it',
  'check-optics': 'check optics, connectors and fibre',
  'add-capacity': 'add capacity, or move traffic elsewhere',
  'check-device': 'check the device: CPU, memory, cooling',
  none: 'nothing to do',
};

function adviceText(
  action: Recommendation,
  probability: number,
  leadMs: number | null,
  remedy: Recommendation | null,
): string {
  if (action === 'none') return ADVICE.none;
  const also = remedy !== null && remedy !== action ? `, and ${ADVICE[remedy]}` : '';
  const when = leadMs === null ? '' : `, half of that within ${formatDuration(leadMs)}`;
  const longest = formatDuration((RISK_HORIZONS.at(-1)?.minutes ?? 0) * MINUTE_MS);
  return `${ADVICE[action]}${also} (${formatRatio(probability)} within ${longest}${when})`;
}
