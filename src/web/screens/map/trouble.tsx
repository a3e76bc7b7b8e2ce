import { Link } from 'wouter';
import { useLive } from '../../live/use-live.ts';
import { describeLink } from '../../map/describe.ts';
import { severityOf } from '../../map/link-style.ts';
import type { Scene } from '../../map/scene.ts';

const MOST = 50;

/** What the map shows with marks, as a list for those who do not see it. The table of links has the rest. */
export function Trouble({ scene }: { readonly scene: Scene }) {
  const links = useLive((state) => state.links);
  const indexById = useLive((state) => state.indexById);
  const bad = links
    .filter(({ state }) => state !== 'healthy')
    .sort((one, two) => severityOf(two.state) - severityOf(one.state));
  return (
    <section className="visually-hidden" aria-label="Links that are not healthy">
      <p>
        {bad.length} of {links.length} links are not healthy. <Link href="/links">All links as a table</Link>
      </p>
      <ul>
        {bad.slice(0, MOST).map(({ id }) => (
          <li key={id}>
            <Link href={`/links/${encodeURIComponent(id)}`}>
              {describeLink(scene, scene.linkIndex.get(id) ?? -1, { links, indexById })}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
