import { type GeoPermissibleObjects, type GeoProjection, geoPath } from 'd3-geo';
import { feature, mesh } from 'topojson-client';
import fine from 'world-atlas/countries-50m.json?url';
import coarse from 'world-atlas/countries-110m.json?url';
import type { Bounds } from './scene.ts';

/** Outlines in the plane, as path data (SVG 2, chapter 9.3), which canvases read too. */
export interface Coast {
  readonly land: string;
  readonly borders: string;
}

type Topology = Parameters<typeof mesh>[0];
type Outlines = Parameters<typeof feature>[1];
/** The parts of a world-atlas file that are drawn. */
type World = Topology & { readonly objects: { readonly countries: Outlines; readonly land: Outlines } };

/** How far around the network the world is drawn, in sizes of the network. */
const AROUND = 1.6;
/** Shows the world rather than a part of it below this scale of the projection. */
const WORLD_SCALE = 400;

/** Coastlines (with borders) around the network, from Natural Earth. Rejects where the files cannot be read. */
export async function loadCoast(projection: GeoProjection, bounds: Bounds, signal: AbortSignal): Promise<Coast> {
  const response = await fetch(projection.scale() < WORLD_SCALE ? coarse : fine, { signal });
  if (!response.ok) throw new Error(`coastlines: ${response.status}`);
  const world: World = await response.json();
  return traceCoast(world, projection, bounds);
}

export function traceCoast(world: World, projection: GeoProjection, { left, top, right, bottom }: Bounds): Coast {
  const across = Math.max(right - left, bottom - top, 200) * AROUND;
  const before = projection.clipExtent();
  projection.clipExtent([
    [left - across, top - across],
    [right + across, bottom + across],
  ]);
  const path = geoPath(projection).digits(1);
  const trace = (shape: GeoPermissibleObjects) => path(shape) ?? '';
  const coast = {
    land: trace(feature(world, world.objects.land)),
    borders: trace(mesh(world, world.objects.countries as Parameters<typeof mesh>[1], (one, two) => one !== two)),
  };
  projection.clipExtent(before);
  return coast;
}
