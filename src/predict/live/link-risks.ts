import type { Network } from '../../../topology/model.ts';
import type { FeatureTable } from '../feature-table.ts';
import { LIVE_SIZE, MINUTE_MS, NetworkMinutes } from '../minutes.ts';
import { riskFeatures } from '../risk/features.ts';
import { predictRisks, type RiskModel } from '../risk/model.ts';
import type { Piece } from './pieces.ts';
import { type ToldRisk, tellerOf } from './told-risk.ts';

/** What is known of a link when its risk is asked for. */
export interface LinkNow {
  readonly linkId: string;
  /** Why nothing can be said of it, for people; null where something can. */
  readonly unknown: string | null;
}

/** What is told of a link; nothing but its name where `unknown` says why. */
export type LinkRisk = { readonly linkId: string } & (
  | (ToldRisk & { readonly unknown: null })
  | (Untold & { readonly unknown: string })
);

type Untold = { readonly [Figure in 'probability' | 'level' | 'leadMs' | 'recommendation']: null } & {
  readonly risks: [];
  readonly factors: [];
};

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
    const tell = tellerOf(model);
    return links.map(({ linkId, unknown }, link) => {
      const own = chances.map((each) => each[link] as number);
      const reason = unknown ?? (own.some(Number.isNaN) ? `no traffic figures for ${SILENT_MINUTES} min` : null);
      if (reason !== null) return nothing(linkId, reason);
      return { linkId, ...tell(own, table.values, link * table.names.length), unknown: null };
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
