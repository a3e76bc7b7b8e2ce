import type { LinkView } from '../../api/schemas/screen.ts';
import type { LiveState } from '../live/state.ts';
import type { Scene } from './scene.ts';

type Links = readonly (LinkView | null)[];

/** The live links in the order of the scene; null for those nothing is known of. */
export function inSceneOrder(scene: Scene, { links, indexById }: Pick<LiveState, 'links' | 'indexById'>): Links {
  return scene.links.map(({ id }) => links[indexById.get(id) ?? -1] ?? null);
}

const isBad = (link: LinkView): boolean => (link.state === 'unhealthy' || link.state === 'down') && !link.adminDown;

/** Links that were not bad before and are now; what was not known before has not turned. */
export function turnedBad(before: Links, after: Links): number[] {
  const turned: number[] = [];
  after.forEach((link, index) => {
    const earlier = before[index];
    if (link && earlier && link !== earlier && isBad(link) && !isBad(earlier)) turned.push(index);
  });
  return turned;
}
