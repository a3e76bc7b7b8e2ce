import { useLocalStorage } from '@mantine/hooks';
import { useMemo } from 'react';
import { useUrlState } from '../shared/url-state.ts';
import { SCALES, type ScaleName } from '../theme/utilisation.ts';
import { MIN_SEVERITIES, type MinSeverity } from './link-style.ts';

/** What is chosen on the map, by id. */
export interface Selection {
  readonly kind: 'node' | 'link';
  readonly id: string;
}

export interface MapSettings {
  readonly scale: ScaleName;
  readonly least: MinSeverity | null;
  readonly grouped: boolean;
  readonly selection: Selection | null;
  /** Whether what is only predicted is drawn. */
  readonly predicted: boolean;
  /** Nothing but the map, for a screen on a wall. */
  readonly wall: boolean;
  /** Centre and zoom as text. */
  readonly at: string | null;
}

export interface MapSetters {
  setScale(scale: ScaleName): void;
  setLeast(least: MinSeverity | null): void;
  setGrouped(grouped: boolean): void;
  select(selection: Selection | null): void;
  setPredicted(predicted: boolean): void;
  setWall(wall: boolean): void;
  setAt(at: string | null): void;
}

/** What the address says about the map; the scale is remembered on this machine as well. */
export function useMapSettings(): [MapSettings, MapSetters] {
  const [parameters, change] = useUrlState();
  const [usualScale, setUsualScale] = useLocalStorage<ScaleName>({ key: 'detour-scale', defaultValue: 'detour' });
  const settings = useMemo(() => readSettings(parameters, usualScale), [parameters, usualScale]);
  const setters = useMemo(
    (): MapSetters => ({
      setScale: (scale) => {
        setUsualScale(scale);
        change({ scale: scale === 'detour' ? null : scale });
      },
      setLeast: (min) => change({ min }),
      setGrouped: (grouped) => change({ group: grouped ? null : 'off' }),
      select: (selection) =>
        change({ link: null, node: null, ...(selection ? { [selection.kind]: selection.id } : {}) }),
      setPredicted: (predicted) => change({ risk: predicted ? null : 'off' }),
      setWall: (wall) => change({ wall: wall ? '1' : null }),
      setAt: (at) => change({ at }),
    }),
    [change, setUsualScale],
  );
  return [settings, setters];
}

/** Anything the address says that is not known counts as not said. */
export function readSettings(parameters: URLSearchParams, usualScale: ScaleName): MapSettings {
  const link = parameters.get('link');
  const node = parameters.get('node');
  return {
    scale: SCALES.find((each) => each === parameters.get('scale')) ?? usualScale,
    least: MIN_SEVERITIES.find((each) => each === parameters.get('min')) ?? null,
    grouped: parameters.get('group') !== 'off',
    selection: link ? { kind: 'link', id: link } : node ? { kind: 'node', id: node } : null,
    predicted: parameters.get('risk') !== 'off',
    wall: parameters.get('wall') === '1',
    at: parameters.get('at'),
  };
}
