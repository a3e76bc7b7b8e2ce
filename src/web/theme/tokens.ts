/** Colours of the screen, once for canvases and once (as CSS variables) for everything else. */
export interface Palette {
  readonly ground: string;
  readonly panel: string;
  /** Of a row under the pointer, and of a chosen one. */
  readonly raised: string;
  readonly line: string;
  readonly text: string;
  /** Second text: at least 4.5 : 1 on ground, panel and raised, as everything that is read. */
  readonly dim: string;
  /** What we propose, the path taken, and what can be pressed. */
  readonly accent: string;
  readonly onAccent: string;
  /** What is broken, and the path left. */
  readonly down: string;
  readonly degraded: string;
  readonly healthy: string;
  /** What is only predicted. */
  readonly predicted: string;
  /** What we no longer know. */
  readonly stale: string;
  readonly land: string;
  readonly border: string;
  readonly node: string;
}

export const DARK: Palette = {
  ground: '#0c1117',
  panel: '#0f151d',
  raised: '#151d27',
  line: '#18212b',
  text: '#e4ebf3',
  dim: '#8796a8',
  accent: '#35d0ba',
  onAccent: '#06211d',
  down: '#ff4d5e',
  degraded: '#f4c542',
  healthy: '#3fb27f',
  predicted: '#c9a6ff',
  stale: '#4b5563',
  land: '#121a23',
  border: '#1d2732',
  node: '#e4ebf3',
};

export const LIGHT: Palette = {
  ground: '#f4f6f9',
  panel: '#ffffff',
  raised: '#eef2f6',
  line: '#dbe2ea',
  text: '#16202b',
  dim: '#536173',
  accent: '#0a7668',
  onAccent: '#ffffff',
  down: '#c4203a',
  degraded: '#8f6500',
  healthy: '#1f7a51',
  predicted: '#7440c4',
  stale: '#8b95a3',
  land: '#e9edf2',
  border: '#cfd7e0',
  node: '#16202b',
};

export const PALETTES = { dark: DARK, light: LIGHT } as const;
export type Scheme = keyof typeof PALETTES;

/** `--ground`, `--dim`, ... for style sheets. */
export function cssVariables(palette: Palette): Record<string, string> {
  return Object.fromEntries(Object.entries(palette).map(([name, value]) => [`--${kebab(name)}`, value as string]));
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
