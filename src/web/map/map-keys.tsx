import { type KeyboardEvent, type ReactNode, type RefObject, useId, useState } from 'react';
import { useLocation } from 'wouter';
import { useLiveStore } from '../live/use-live.ts';
import { describeLink, describeNode } from './describe.ts';
import { nodeTowards } from './hit.ts';
import type { MapRenderer } from './renderer.ts';
import type { Scene } from './scene.ts';
import type { MapSetters, MapSettings, Selection } from './use-map-settings.ts';
import { paddingFor } from './view.ts';
import classes from './weathermap.module.css';

interface Props {
  readonly scene: Scene;
  readonly settings: MapSettings;
  readonly setters: MapSetters;
  readonly rendererRef: RefObject<MapRenderer | null>;
  readonly brief: boolean;
  readonly children: ReactNode;
}

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};

/** Arrows go from node to node, brackets from link to link at a node; what is chosen is read out. */
export function MapKeys({ scene, settings, setters, rendererRef, brief, children }: Props) {
  const helpId = useId();
  const store = useLiveStore();
  const [, navigate] = useLocation();
  const [said, setSaid] = useState('');
  const choose = (selection: Selection | null) => {
    setters.select(selection);
    setSaid(selection ? describe(scene, selection, store.get()) : '');
    const node = nodeOf(scene, selection);
    if (node !== null) rendererRef.current?.reveal(node);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const renderer = rendererRef.current;
    if (!renderer || event.metaKey || event.ctrlKey || event.altKey) return;
    const direction = DIRECTIONS[event.key];
    const actions: Readonly<Record<string, () => void>> = {
      '[': () => choose(nextLink(scene, settings.selection, -1)),
      ']': () => choose(nextLink(scene, settings.selection, 1)),
      '+': () => renderer.zoomBy(1.4),
      '-': () => renderer.zoomBy(1 / 1.4),
      '0': () => renderer.fit(paddingFor(renderer.size, brief)),
      Escape: () => choose(null),
      Enter: () =>
        settings.selection?.kind === 'link' && navigate(`/links/${encodeURIComponent(settings.selection.id)}`),
    };
    const act = direction ? () => walk(renderer, direction) : actions[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  const walk = (renderer: MapRenderer, [dx, dy]: readonly [number, number]) => {
    const next = nodeTowards(renderer.frame(), nodeOf(scene, settings.selection), dx, dy);
    const node = next === null ? undefined : scene.nodes[next];
    if (node) choose({ kind: 'node', id: node.id });
  };
  return (
    <div
      role="application"
      tabIndex={0}
      className={classes.keys}
      aria-label="Network map"
      aria-describedby={helpId}
      onKeyDown={onKeyDown}
    >
      {children}
      <p id={helpId} className="visually-hidden">
        Arrow keys go from node to node, brackets to the links of a node, Enter opens a link, plus and minus zoom, zero
        shows everything. All links are also in the table of links.
      </p>
      <output className="visually-hidden" aria-live="polite">
        {said}
      </output>
    </div>
  );
}

function describe(scene: Scene, { kind, id }: Selection, live: Parameters<typeof describeNode>[2]): string {
  if (kind === 'node') return describeNode(scene, scene.nodeIndex.get(id) ?? -1, live);
  return describeLink(scene, scene.linkIndex.get(id) ?? -1, live);
}

/** The node that is chosen, or an end of the link that is. */
function nodeOf(scene: Scene, selection: Selection | null): number | null {
  if (!selection) return null;
  if (selection.kind === 'node') return scene.nodeIndex.get(selection.id) ?? null;
  const link = scene.linkIndex.get(selection.id);
  return link === undefined ? null : (scene.ends[2 * link] ?? null);
}

/** The link after (or before) the chosen one around its node. */
function nextLink(scene: Scene, selection: Selection | null, step: 1 | -1): Selection | null {
  const node = nodeOf(scene, selection) ?? 0;
  const links = scene.linksOfNode[node] ?? [];
  const chosen = selection?.kind === 'link' ? links.indexOf(scene.linkIndex.get(selection.id) ?? -1) : -1;
  const from = chosen === -1 && step === -1 ? 0 : chosen;
  const next = scene.links[links[(from + step + links.length) % links.length] ?? -1];
  return next ? { kind: 'link', id: next.id } : selection;
}
