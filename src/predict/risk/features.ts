import type { Network } from '../../../topology/model.ts';
import type { FeatureTable } from '../feature-table.ts';
import type { NetworkMinutes } from '../minutes.ts';
import { RISK_FEATURES } from './feature-list.ts';
import { Moment } from './moment.ts';

export const RISK_FEATURE_NAMES: readonly string[] = RISK_FEATURES.map(({ name }) => name);

/**
 * The features of links as of the end of the minute that `atMs` lies in, a row a link, in the order of `linkIds` or of
 * the network. Nothing after that minute is looked at, and nothing but telemetry: a link that is not in `minutes` or
 * tells nothing has NaN. Unknown link ids are passed over.
 */
export function riskFeatures(
  minutes: NetworkMinutes,
  network: Network,
  atMs: number,
  linkIds?: readonly string[],
): FeatureTable {
  const moment = new Moment(minutes, network, atMs);
  const links = linkIds === undefined ? network.links.map((_, index) => index) : placesOf(network, linkIds);
  const width = RISK_FEATURES.length;
  const values = new Float32Array(links.length * width);
  RISK_FEATURES.forEach((feature, column) => {
    const own = feature.of(moment);
    for (let row = 0; row < links.length; row += 1) values[row * width + column] = own[links[row] as number] as number;
  });
  return { names: RISK_FEATURE_NAMES, rowCount: links.length, values };
}

function placesOf(network: Network, linkIds: readonly string[]): number[] {
  const places = new Map(network.links.map(({ id }, index) => [id, index]));
  return linkIds.flatMap((id) => places.get(id) ?? []);
}
