import type { LinkView } from '../../api/schemas/screen.ts';
import type { LiveState } from '../live/state.ts';
import { formatUtilisation, plural } from '../shared/format.ts';
import type { Scene } from './scene.ts';

type Live = Pick<LiveState, 'links' | 'indexById'>;

/** `New York – Washington`, told apart from its parallels by interface or number where there are any. */
export function linkName(scene: Scene, index: number): string {
  const a = scene.nodes[scene.ends[2 * index] ?? -1]?.name ?? '?';
  const z = scene.nodes[scene.ends[2 * index + 1] ?? -1]?.name ?? '?';
  return `${a} – ${z}`;
}

const liveLink = (scene: Scene, index: number, { links, indexById }: Live): LinkView | null =>
  links[indexById.get(scene.links[index]?.id ?? '') ?? -1] ?? null;

/** One sentence for a screen reader. */
export function describeLink(scene: Scene, index: number, live: Live): string {
  const link = liveLink(scene, index, live);
  if (!link) return `${linkName(scene, index)}: nothing is known yet`;
  const { az, za } = link.arcs;
  const figures =
    link.state === 'stale'
      ? ''
      : `, ${formatUtilisation(az.utilisation)} there, ${formatUtilisation(za.utilisation)} back`;
  const known = link.acknowledged ? ` Acknowledged by ${link.acknowledged.by}.` : '';
  return `Link ${linkName(scene, index)}: ${link.state}${figures}. ${link.reason}${known}`;
}

export function describeNode(scene: Scene, index: number, live: Live): string {
  const node = scene.nodes[index];
  const links = scene.linksOfNode[index] ?? [];
  const bad = links.filter((each) => liveLink(scene, each, live)?.state !== 'healthy').length;
  const trouble = bad === 0 ? 'all healthy' : `${bad} not healthy`;
  return `${node?.name ?? '?'}: ${plural(links.length, 'link')}, ${trouble}`;
}
