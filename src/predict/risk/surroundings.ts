import type { Network } from '../../../topology/model.ts';

/** What stands around each link: the devices at its ends, the links that share one with it, or a conduit. */
export interface Surroundings {
  readonly linkCount: number;
  /** Device numbers of both ends: 2i and 2i + 1. */
  readonly ends: Int32Array;
  /** Groups of links that meet at a device. */
  readonly byDevice: LinkGroups;
  /** Groups of links that share a risk. */
  readonly bySrlg: LinkGroups;
}

/** The groups of each link, as lists in one array: those of link `i` are `groups[first[i] .. first[i + 1])`. */
export interface LinkGroups {
  readonly groupCount: number;
  readonly first: Int32Array;
  readonly groups: Int32Array;
}

const known = new WeakMap<Network, Surroundings>();

/** Compiled once for each network object. */
export function surroundingsOf(network: Network): Surroundings {
  const before = known.get(network);
  if (before) return before;
  const device = new Map(network.nodes.map(({ id }, index) => [id, index]));
  const ends = Int32Array.from(network.links.flatMap(({ a, z }) => [device.get(a) as number, device.get(z) as number]));
  const srlg = new Map(network.srlgs.map(({ id }, index) => [id, index]));
  const found: Surroundings = {
    linkCount: network.links.length,
    ends,
    byDevice: groupsOf(
      network.links.map((_, link) => [ends[2 * link] as number, ends[2 * link + 1] as number]),
      network.nodes.length,
    ),
    bySrlg: groupsOf(
      network.links.map(({ srlgs }) => srlgs.flatMap((id) => srlg.get(id) ?? [])),
      network.srlgs.length,
    ),
  };
  known.set(network, found);
  return found;
}

function groupsOf(lists: readonly (readonly number[])[], groupCount: number): LinkGroups {
  const first = new Int32Array(lists.length + 1);
  lists.forEach((list, link) => {
    first[link + 1] = (first[link] as number) + list.length;
  });
  return { groupCount, first, groups: Int32Array.from(lists.flat()) };
}

/** Largest value among the other links of each link's groups; NaN where it is not known of any. */
export function largestOfOthers(groups: LinkGroups, values: Float32Array): Float32Array {
  const [top, second] = [new Float32Array(groups.groupCount), new Float32Array(groups.groupCount)];
  const holder = new Int32Array(groups.groupCount).fill(-1);
  top.fill(Number.NaN);
  second.fill(Number.NaN);
  each(groups, (link, group) => {
    const value = values[link] as number;
    if (Number.isNaN(value)) return;
    if (!(value <= (top[group] as number))) {
      second[group] = top[group] as number;
      top[group] = value;
      holder[group] = link;
    } else if (!(value <= (second[group] as number))) second[group] = value;
  });
  const out = new Float32Array(values.length).fill(Number.NaN);
  each(groups, (link, group) => {
    const value = (holder[group] === link ? second[group] : top[group]) as number;
    if (!Number.isNaN(value) && !(value <= (out[link] as number))) out[link] = value;
  });
  return out;
}

/** Sum of what is known among the other links of each link's groups. */
export function sumOfOthers(groups: LinkGroups, values: Float32Array): Float32Array {
  const sums = new Float32Array(groups.groupCount);
  const knownOf = (link: number) => (Number.isNaN(values[link]) ? 0 : (values[link] as number));
  each(groups, (link, group) => {
    sums[group] = (sums[group] as number) + knownOf(link);
  });
  const out = new Float32Array(values.length);
  each(groups, (link, group) => {
    out[link] = (out[link] as number) + (sums[group] as number) - knownOf(link);
  });
  return out;
}

function each({ first, groups }: LinkGroups, visit: (link: number, group: number) => void): void {
  for (let link = 0; link + 1 < first.length; link += 1) {
    for (let at = first[link] as number; at < (first[link + 1] as number); at += 1) visit(link, groups[at] as number);
  }
}
