import type { Scheme } from './tokens.ts';

/** Where the bands of the scale begin; the bounds that weathermaps have used since the 1990s, with one more on top. */
export const UTILISATION_STOPS = [0, 0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 0.95] as const;

export const SCALES = ['detour', 'classic', 'colour-blind'] as const;
export type ScaleName = (typeof SCALES)[number];

export const SCALE_LABELS: Readonly<Record<ScaleName, string>> = {
  detour: 'Detour',
  classic: 'Classic weathermap',
  'colour-blind': 'Colour-blind safe',
};

const CLASSIC = ['#c8c8c8', '#8c00ff', '#2020ff', '#00c0ff', '#00f000', '#f0f000', '#ffc000', '#ff0000'] as const;

/**
 * One colour a band. `detour` grows lighter up to 70 %. `colour-blind` goes from blue to yellow with lightness that
 * grows all the way (falls, on a light ground), so it reads the same with any kind of colour vision.
 */
const COLOURS: Readonly<Record<ScaleName, Readonly<Record<Scheme, readonly string[]>>>> = {
  detour: {
    dark: ['#2b3f63', '#2f6690', '#2a8c94', '#3fb27f', '#b5cf4a', '#f4c542', '#f28a3c', '#ef5350'],
    light: ['#a3b3cc', '#6b9bc0', '#3590a0', '#258a5e', '#7b9117', '#bd8b00', '#d2600f', '#c4202c'],
  },
  classic: {
    dark: CLASSIC,
    light: ['#9a9a9a', '#8c00ff', '#2020ff', '#0098d0', '#00a800', '#b3a800', '#e08a00', '#e00000'],
  },
  'colour-blind': {
    dark: ['#2a3a6b', '#36508f', '#4a68a0', '#6a80a0', '#8f9a94', '#b8b27c', '#dfcb5c', '#fff04a'],
    light: ['#c9b94e', '#a9a065', '#8b8a74', '#71777c', '#596680', '#415585', '#294288', '#0f2d80'],
  },
};

export function scaleColours(scale: ScaleName, scheme: Scheme): readonly string[] {
  return COLOURS[scale][scheme];
}

/** The band a utilisation (0..1, or above) falls into. */
export function utilisationBand(utilisation: number): number {
  let band = UTILISATION_STOPS.length - 1;
  while (band > 0 && utilisation < (UTILISATION_STOPS[band] ?? 0)) band -= 1;
  return band;
}
