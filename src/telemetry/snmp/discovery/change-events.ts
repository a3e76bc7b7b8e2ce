import type { NetworkDiff } from './merge.ts';
import { discoveryOf, type NetworkJson } from './to-network.ts';

/** One difference that operators should hear of. */
export interface TopologyChange {
  readonly change: 'added' | 'stale' | 'returned' | 'changed' | 'device-added' | 'more';
  readonly linkId: string | null;
  readonly deviceId: string | null;
  readonly message: string;
  /** Evidence, confidence and last-seen of a link; field, before and after of a change. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** What is told one by one; the rest is summed up. */
const MAX_CHANGES = 50;

/** The differences of a discovery in words, the worst first; bounded. */
export function changesOf(diff: NetworkDiff, network: NetworkJson): TopologyChange[] {
  const about = (linkId: string): Readonly<Record<string, unknown>> => aboutLink(linkId, network);
  const link =
    (change: TopologyChange['change'], text: string) =>
    (linkId: string): TopologyChange => {
      return { change, linkId, deviceId: null, message: `${linkId} ${text}`, details: about(linkId) };
    };
  const all: TopologyChange[] = [
    ...diff.staleLinks.map(link('stale', 'is gone: its devices do not tell of it any more')),
    ...diff.returnedLinks.map(link('returned', 'is back')),
    ...diff.addedLinks.map(link('added', 'is new')),
    ...diff.changes.map(
      ({ id, field, before, after }): TopologyChange => ({
        ...link('changed', `has another ${field}: ${JSON.stringify(before)} became ${JSON.stringify(after)}`)(id),
        details: { ...about(id), field, before, after },
      }),
    ),
    ...diff.addedNodes.map((deviceId): TopologyChange => {
      return { change: 'device-added', linkId: null, deviceId, message: `${deviceId} is new`, details: {} };
    }),
  ];
  const rest = all.length - MAX_CHANGES;
  if (rest <= 0) return all;
  const more = {
    change: 'more',
    linkId: null,
    deviceId: null,
    message: `and ${rest} more changes`,
    details: { rest },
  } as const;
  return [...all.slice(0, MAX_CHANGES), more];
}

function aboutLink(linkId: string, { links }: NetworkJson): Readonly<Record<string, unknown>> {
  const found = links.find(({ id }) => id === linkId);
  if (found === undefined) return {};
  const { a, z, aInterface = null, zInterface = null } = found;
  const known = discoveryOf(found);
  const ends = { a, z, aInterface, zInterface };
  if (known === null) return ends;
  const { evidence, confidence, lastSeenAtMs } = known;
  return { ...ends, evidence, confidence, lastSeenAtMs };
}
