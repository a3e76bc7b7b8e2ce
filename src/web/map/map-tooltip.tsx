import type { RefObject } from 'react';
import type { LinkView } from '../../api/schemas/screen.ts';
import { countLinks } from '../live/counts.ts';
import { useLive, useLiveLink } from '../live/use-live.ts';
import { AcknowledgedMark } from '../shared/acknowledged-mark.tsx';
import { formatBps, formatMs, formatRatio, formatUtilisation, plural, UNKNOWN } from '../shared/format.ts';
import { StateBadge } from '../shared/state-badge.tsx';
import { linkName } from './describe.ts';
import type { Target } from './hit.ts';
import classes from './map-tooltip.module.css';
import type { Scene } from './scene.ts';

export interface Pointed {
  readonly target: Target;
  readonly x: number;
  readonly y: number;
}

interface Props {
  readonly scene: Scene;
  readonly pointed: Pointed;
  readonly hostRef: RefObject<HTMLElement | null>;
}

const WIDTH = 304;
const HEIGHT = 170;

/** What is under the pointer, beside it, never outside of the map. */
export function MapTooltip({ scene, pointed, hostRef }: Props) {
  const { target, x, y } = pointed;
  const width = hostRef.current?.clientWidth ?? 0;
  const height = hostRef.current?.clientHeight ?? 0;
  const left = x + 16 + WIDTH > width ? Math.max(4, x - 16 - WIDTH) : x + 16;
  const below = y + 16 + HEIGHT <= height;
  const style = below
    ? { left, top: y + 16, width: WIDTH }
    : { left, bottom: Math.max(4, height - y + 12), width: WIDTH };
  return (
    <div className={classes.tooltip} style={style} data-testid="map-tooltip" aria-hidden="true">
      {target.kind === 'link' ? (
        <LinkFacts scene={scene} index={target.index} />
      ) : (
        <NodeFacts scene={scene} index={target.index} />
      )}
    </div>
  );
}

function LinkFacts({ scene, index }: { readonly scene: Scene; readonly index: number }) {
  const onFile = scene.links[index];
  const link = useLiveLink(onFile?.id ?? null);
  const srlgs = onFile?.srlgs ?? [];
  return (
    <>
      <p className={classes.title}>
        {linkName(scene, index)} {link && <StateBadge state={link.state} />}
      </p>
      <p className={`id dim ${classes.line}`}>{onFile?.id}</p>
      {link && link.state !== 'healthy' && <p className={classes.line}>{link.reason}</p>}
      {link?.acknowledged && (
        <p className={classes.line}>
          <AcknowledgedMark /> {link.acknowledged.by}: {link.acknowledged.reason}
        </p>
      )}
      {link && link.state !== 'stale' && <Directions scene={scene} index={index} link={link} />}
      {srlgs.length > 0 && <p className={`dim ${classes.line}`}>shares risk: {srlgs.join(', ')}</p>}
    </>
  );
}

interface DirectionsProps {
  readonly scene: Scene;
  readonly index: number;
  readonly link: LinkView;
}

/** The figures of both directions, one under the other. */
export function Directions({ scene, index, link }: DirectionsProps) {
  const a = scene.nodes[scene.ends[2 * index] ?? -1]?.name ?? link.a;
  const z = scene.nodes[scene.ends[2 * index + 1] ?? -1]?.name ?? link.z;
  const rows = [
    { to: z, arc: link.arcs.az },
    { to: a, arc: link.arcs.za },
  ];
  return (
    <table className={classes.figures}>
      <thead>
        <tr>
          <th scope="col">to</th>
          <th scope="col">use</th>
          <th scope="col">load</th>
          <th scope="col">loss</th>
          <th scope="col">latency</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ to, arc }, row) => (
          // Two rows that never change places; the ends may have the same name.
          <tr key={row === 0 ? 'az' : 'za'}>
            <th scope="row">{to}</th>
            <td>{formatUtilisation(arc.utilisation)}</td>
            <td>{arc.loadBps === null ? UNKNOWN : formatBps(arc.loadBps)}</td>
            <td>{arc.lossRatio === null ? UNKNOWN : formatRatio(arc.lossRatio)}</td>
            <td>{formatMs(arc.latencyMs)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function NodeFacts({ scene, index }: { readonly scene: Scene; readonly index: number }) {
  const node = scene.nodes[index];
  const links = useLive((state) => state.links);
  const own = links.filter(({ a, z }) => a === node?.id || z === node?.id);
  const counts = countLinks(own);
  const trouble = (['degraded', 'unhealthy', 'down', 'stale'] as const).filter((state) => counts[state] > 0);
  return (
    <>
      <p className={classes.title}>{node?.name}</p>
      <p className={`id dim ${classes.line}`}>
        {node?.id}
        {node?.tier && ` · ${node.tier}`}
      </p>
      <p className={classes.line}>
        {plural(own.length, 'link')}
        {trouble.length === 0 ? ', all healthy' : ''}
      </p>
      {trouble.map((state) => (
        <p key={state} className={classes.line}>
          <StateBadge state={state} /> {counts[state]}
        </p>
      ))}
    </>
  );
}
