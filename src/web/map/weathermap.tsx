import { useReducedMotion } from '@mantine/hooks';
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { RiskLevel } from '../../api/schemas/screen.ts';
import { useLiveStore } from '../live/use-live.ts';
import { usePalette, useScheme } from '../theme/use-scheme.ts';
import { scaleColours } from '../theme/utilisation.ts';
import { loadCoast } from './coast.ts';
import type { Band } from './draw-bands.ts';
import type { Target } from './hit.ts';
import { inSceneOrder, turnedBad } from './live-links.ts';
import { MapKeys } from './map-keys.tsx';
import { MapTooltip, type Pointed } from './map-tooltip.tsx';
import { type MapEvents, type MapOptions, MapRenderer } from './renderer.ts';
import type { Scene } from './scene.ts';
import type { MapSetters, MapSettings, Selection } from './use-map-settings.ts';
import { useSize } from './use-size.ts';
import { paddingFor, readView, writeView } from './view.ts';
import classes from './weathermap.module.css';

export type PathBand = Omit<Band, 'drawn'>;

export interface WeathermapProps {
  readonly scene: Scene;
  readonly settings: MapSettings;
  readonly setters: MapSetters;
  /** Paths to show beneath the links. Must be the same array while they are the same: a new one is drawn anew. */
  readonly bands?: readonly PathBand[];
  /** Links that are likely to fail, by id. Must be the same map while they are the same. */
  readonly risks?: ReadonlyMap<string, RiskLevel>;
  /** Links that are worked on, by id. Must be the same while they are the same. */
  readonly maintained?: ReadonlyMap<string, unknown>;
  /** True where it stands beside something else and has fewer controls. */
  readonly brief?: boolean;
  /** For buttons that act on the map. */
  readonly rendererRef?: RefObject<MapRenderer | null>;
  readonly children?: React.ReactNode;
}

const NO_BANDS: readonly PathBand[] = [];
const NO_RISKS: ReadonlyMap<string, RiskLevel> = new Map();
const NO_WORK: ReadonlyMap<string, unknown> = new Map();

/** The live map: drawn on canvases, used by pointer and by keys, read out by screen readers. */
export function Weathermap(props: WeathermapProps) {
  const {
    scene,
    settings,
    setters,
    bands = NO_BANDS,
    risks = NO_RISKS,
    maintained = NO_WORK,
    brief = false,
    children,
  } = props;
  const hostRef = useRef<HTMLDivElement>(null);
  const ownRef = useRef<MapRenderer | null>(null);
  const rendererRef = props.rendererRef ?? ownRef;
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const [, navigate] = useLocation();
  const options = useMapOptions(scene, settings, { bands, risks, maintained }, pointed);
  const handlers = useRef<MapEvents>(null as unknown as MapEvents);
  handlers.current = {
    rested: (view, isFitted) => {
      const { size } = rendererRef.current ?? {};
      const at = size && !isFitted ? writeView(view, size) : null;
      if (at !== settings.at) setters.setAt(at);
    },
    pointed: (target, x, y) => setPointed(target && { target, x, y }),
    chosen: (target) => setters.select(target && selectionOf(scene, target)),
    opened: (target) => {
      const { kind, id } = selectionOf(scene, target);
      if (kind === 'link') navigate(`/links/${encodeURIComponent(id)}`);
    },
  };
  const renderer = useRenderer({ hostRef, rendererRef, scene, options, handlers, at: settings.at, brief });
  useLiveLinks(renderer, scene);
  useCoast(renderer, scene);
  useEffect(() => renderer?.setOptions(options), [options, renderer]);
  return (
    <div className={classes.map} data-testid="map" data-map>
      <MapKeys scene={scene} settings={settings} setters={setters} rendererRef={rendererRef} brief={brief}>
        <div ref={hostRef} className={classes.surface} data-pointed={pointed !== null} data-testid="map-surface" />
      </MapKeys>
      {pointed && <MapTooltip scene={scene} pointed={pointed} hostRef={hostRef} />}
      {children}
    </div>
  );
}

export function selectionOf(scene: Scene, { kind, index }: Target): Selection {
  return { kind, id: (kind === 'link' ? scene.links[index]?.id : scene.nodes[index]?.id) ?? '' };
}

interface Layers {
  readonly bands: readonly PathBand[];
  readonly risks: ReadonlyMap<string, RiskLevel>;
  readonly maintained: ReadonlyMap<string, unknown>;
}

function useMapOptions(
  scene: Scene,
  settings: MapSettings,
  { bands, risks, maintained }: Layers,
  pointed: Pointed | null,
): MapOptions {
  const palette = usePalette();
  const colours = scaleColours(settings.scale, useScheme());
  const still = useReducedMotion() ?? false;
  const { selection, least, grouped } = settings;
  const indexed = useMemo(() => byIndex(scene, risks), [scene, risks]);
  const worked = useMemo(() => new Set(byIndex(scene, maintained).keys()), [scene, maintained]);
  const target = pointed?.target ?? null;
  return useMemo(() => {
    const chosen = selection?.kind === 'link' ? (scene.linkIndex.get(selection.id) ?? null) : null;
    const overLink = target?.kind === 'link' ? target.index : null;
    const highlighted = [
      ...sameRisk(scene, overLink ?? chosen).map((link) => ({ link, strong: false })),
      ...(chosen === null ? [] : [{ link: chosen, strong: true }]),
      ...(overLink === null ? [] : [{ link: overLink, strong: true }]),
    ];
    const selectedNode = selection?.kind === 'node' ? (scene.nodeIndex.get(selection.id) ?? null) : null;
    return {
      palette,
      colours,
      least,
      grouped,
      bands,
      risks: indexed,
      maintained: worked,
      highlighted,
      selectedNode,
      still,
    };
  }, [scene, palette, colours, least, grouped, bands, indexed, worked, selection, target, still]);
}

function byIndex<T>(scene: Scene, byId: ReadonlyMap<string, T>): ReadonlyMap<number, T> {
  return new Map(
    [...byId].flatMap(([id, value]) =>
      scene.linkIndex.has(id) ? [[scene.linkIndex.get(id) ?? -1, value] as const] : [],
    ),
  );
}

/** Links that share a risk group with this one. */
function sameRisk(scene: Scene, link: number | null): number[] {
  const srlgs = link === null ? [] : (scene.links[link]?.srlgs ?? []);
  if (srlgs.length === 0) return [];
  return scene.links.flatMap((each, index) =>
    index !== link && each.srlgs.some((srlg) => srlgs.includes(srlg)) ? [index] : [],
  );
}

interface RendererParts {
  readonly hostRef: RefObject<HTMLDivElement | null>;
  readonly rendererRef: RefObject<MapRenderer | null>;
  readonly scene: Scene;
  readonly options: MapOptions;
  readonly handlers: RefObject<MapEvents>;
  readonly at: string | null;
  readonly brief: boolean;
}

/** Makes a renderer for the scene and keeps it as large as its host; null until it has a size. */
function useRenderer({ hostRef, rendererRef, scene, options, handlers, at, brief }: RendererParts) {
  const size = useSize(hostRef);
  const [renderer, setRenderer] = useState<MapRenderer | null>(null);
  const [ready, setReady] = useState<MapRenderer | null>(null);
  // What it is made with; later changes reach it through setOptions.
  const first = useRef({ options, at, brief });
  first.current = { options, at, brief };
  useEffect(() => {
    const host = hostRef.current;
    if (!host) return;
    const made = new MapRenderer(host, scene, first.current.options, {
      rested: (view, isFitted) => handlers.current.rested(view, isFitted),
      pointed: (target, x, y) => handlers.current.pointed(target, x, y),
      chosen: (target) => handlers.current.chosen(target),
      opened: (target) => handlers.current.opened(target),
    });
    rendererRef.current = made;
    made.start();
    setRenderer(made);
    return () => {
      made.stop();
      rendererRef.current = null;
      setReady(null);
    };
  }, [hostRef, rendererRef, handlers, scene]);
  useEffect(() => {
    if (!renderer || !size || size.width === 0) return;
    const isFirst = renderer.size.width === 0;
    renderer.setSize(size);
    if (!isFirst) return;
    renderer.fit(paddingFor(size, first.current.brief));
    const view = readView(first.current.at, size);
    if (view) renderer.setView(view);
    setReady(renderer);
  }, [renderer, size]);
  return ready;
}

function useLiveLinks(renderer: MapRenderer | null, scene: Scene): void {
  const store = useLiveStore();
  useEffect(() => {
    if (!renderer) return;
    let seen = store.get();
    let links = inSceneOrder(scene, seen);
    const nowMs = () => Date.now() + store.get().clockOffsetMs;
    renderer.setLinks(links, [], nowMs);
    return store.subscribe(() => {
      const state = store.get();
      if (state.links === seen.links) return;
      seen = state;
      const next = inSceneOrder(scene, state);
      renderer.setLinks(next, turnedBad(links, next), nowMs);
      links = next;
    });
  }, [store, scene, renderer]);
}

/** Coastlines come when they come: the map does not wait for them, and lives without. */
function useCoast(renderer: MapRenderer | null, scene: Scene): void {
  useEffect(() => {
    const { projection } = scene;
    if (!renderer || !projection) return;
    const stop = new AbortController();
    loadCoast(projection, scene.bounds, stop.signal).then(
      (coast) => renderer.setCoast(coast),
      () => undefined,
    );
    return () => stop.abort();
  }, [scene, renderer]);
}
