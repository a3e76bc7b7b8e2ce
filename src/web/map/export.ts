import type { Palette } from '../theme/tokens.ts';
import { loadCoast } from './coast.ts';
import { toSvg } from './paint-svg.ts';
import type { MapRenderer } from './renderer.ts';
import type { Scene } from './scene.ts';

/** The map as it stands on the screen, as an SVG file. Without coastlines where they cannot be read. */
export async function exportSvg(renderer: MapRenderer, scene: Scene, palette: Palette, title: string): Promise<void> {
  const coast = scene.projection
    ? await loadCoast(scene.projection, scene.bounds, AbortSignal.timeout(10_000)).catch(() => null)
    : null;
  const { k, x, y } = renderer.view;
  const line = `stroke="${palette.border}" stroke-width="${0.8 / k}"`;
  const beneath = coast
    ? `<g transform="translate(${x} ${y}) scale(${k})"><path d="${coast.land}" fill="${palette.land}" ` +
      `fill-rule="evenodd" ${line}/><path d="${coast.borders}" fill="none" ${line}/></g>`
    : '';
  const svg = toSvg(renderer.shapes(), { ...renderer.size, ground: palette.ground, title, beneath });
  save(new Blob([svg], { type: 'image/svg+xml' }), `${title}.svg`);
}

export async function exportPng(renderer: MapRenderer, title: string): Promise<void> {
  const canvas = renderer.picture();
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('this browser made no picture of the map');
  save(blob, `${title}.png`);
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name.replace(/[^\w.-]+/g, '-');
  link.click();
  URL.revokeObjectURL(url);
}
