import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode, RefObject } from 'react';
import { Link } from 'wouter';
import type { LinkView } from '../../../api/schemas/screen.ts';
import { useLive, useLiveLink } from '../../live/use-live.ts';
import { linkName } from '../../map/describe.ts';
import { Directions } from '../../map/map-tooltip.tsx';
import type { MapRenderer } from '../../map/renderer.ts';
import type { Scene } from '../../map/scene.ts';
import type { MapSetters, Selection } from '../../map/use-map-settings.ts';
import { predictionQuery } from '../../service/predictions.ts';
import { Age } from '../../shared/age.tsx';
import { formatBps, formatMs } from '../../shared/format.ts';
import { RiskBadge } from '../../shared/risk-badge.tsx';
import { StateBadge } from '../../shared/state-badge.tsx';
import classes from './selection-panel.module.css';

interface Props {
  readonly scene: Scene;
  readonly selection: Selection;
  readonly setters: MapSetters;
  readonly rendererRef: RefObject<MapRenderer | null>;
}

/** The link or node that is chosen, in figures. */
export function SelectionPanel({ scene, selection, setters }: Props) {
  const known = selection.kind === 'link' ? scene.linkIndex : scene.nodeIndex;
  const index = known.get(selection.id);
  return (
    <aside className={classes.panel} aria-label="Selection" data-testid="selection">
      <ActionIcon
        className={classes.close}
        variant="subtle"
        color="gray"
        aria-label="Close"
        onClick={() => setters.select(null)}
      >
        <IconX size={16} />
      </ActionIcon>
      {index === undefined && <p>There is no {selection.kind} of that name in this network.</p>}
      {index !== undefined && selection.kind === 'link' && <LinkPanel scene={scene} index={index} />}
      {index !== undefined && selection.kind === 'node' && <NodePanel scene={scene} index={index} setters={setters} />}
    </aside>
  );
}

function LinkPanel({ scene, index }: { readonly scene: Scene; readonly index: number }) {
  const onFile = scene.links[index];
  const link = useLiveLink(onFile?.id ?? null);
  if (!onFile) return null;
  return (
    <>
      <h2>{linkName(scene, index)}</h2>
      <p className="id dim">{onFile.id}</p>
      {link && (
        <>
          <p>
            <StateBadge state={link.state} /> <span className="dim">since</span> <Age atMs={link.sinceMs} suffix="" />
            {link.score !== null && <span className="dim"> · score {Math.round(link.score)}</span>}
          </p>
          <p className="dim">{link.reason}</p>
          <RiskLine id={onFile.id} />
          {link.state !== 'stale' && <Directions scene={scene} index={index} link={link} />}
        </>
      )}
      <Facts link={onFile} />
      <Link className={classes.open} href={`/links/${encodeURIComponent(onFile.id)}`}>
        Open the link
      </Link>
    </>
  );
}

/** What is expected of it; nothing where nothing is said. */
function RiskLine({ id }: { readonly id: string }) {
  const { data } = useQuery(predictionQuery(id));
  if (!data || data.level === null || data.level === 'minimal') return null;
  return (
    <p>
      <span className="dim">risk</span> <RiskBadge level={data.level} probability={data.probability} />{' '}
      <span className="dim">{data.factors[0]?.text}</span>
    </p>
  );
}

function Facts({ link }: { readonly link: Scene['links'][number] }) {
  const { capacityBps, latencyMs, metric, srlgs, aInterface, zInterface } = link;
  const each = (az: string, za: string) => (az === za ? az : `${az} / ${za}`);
  const rows: readonly [string, ReactNode][] = [
    ['capacity', each(formatBps(capacityBps.az), formatBps(capacityBps.za))],
    ['latency on file', each(formatMs(latencyMs.az), formatMs(latencyMs.za))],
    ['metric', each(String(metric.az), String(metric.za))],
    ['interfaces', <Interfaces key="interfaces" names={[aInterface, zInterface]} />],
    ['risk groups', srlgs.length > 0 ? srlgs.join(', ') : 'none'],
  ];
  return (
    <dl className={classes.facts}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Interfaces({ names }: { readonly names: readonly (string | null)[] }) {
  return <span className="id">{names.map((name) => name ?? 'unknown').join(' – ')}</span>;
}

interface NodePanelProps {
  readonly scene: Scene;
  readonly index: number;
  readonly setters: MapSetters;
}

function NodePanel({ scene, index, setters }: NodePanelProps) {
  const node = scene.nodes[index];
  const links = useLive((state) => state.links);
  const indexById = useLive((state) => state.indexById);
  if (!node) return null;
  const own = scene.linksOfNode[index] ?? [];
  return (
    <>
      <h2>{node.name}</h2>
      <p className="dim">
        <span className="id">{node.id}</span>
        {node.tier && ` · ${node.tier}`}
      </p>
      <ul className={classes.links}>
        {own.map((each) => {
          const { id } = scene.links[each] ?? { id: '' };
          const live: LinkView | undefined = links[indexById.get(id) ?? -1];
          return (
            <li key={id}>
              <button type="button" onClick={() => setters.select({ kind: 'link', id })}>
                <span className="id">{id}</span>
                {live && <StateBadge state={live.state} />}
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}
