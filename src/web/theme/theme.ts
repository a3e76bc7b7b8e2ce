import {
  Button,
  convertCssVariables,
  createTheme,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  type MantineColorsTuple,
  mergeMantineTheme,
} from '@mantine/core';
import { cssVariables, DARK, LIGHT, type Palette } from './tokens.ts';

/** Around the accent of the dark (shade 3) and of the light scheme (shade 7). */
const TEAL: MantineColorsTuple = [
  '#e3fbf7',
  '#c5f3ec',
  '#8ce6d8',
  '#35d0ba',
  '#2bb8a4',
  '#1f9f8d',
  '#128a7a',
  '#0a7668',
  '#076155',
  '#044b42',
];

/** Mantine's own greys of the dark scheme: text first, ground last. */
const DARK_TUPLE: MantineColorsTuple = [
  DARK.text,
  '#b9c4d1',
  DARK.dim,
  '#5b6878',
  '#2a3643',
  '#1e2833',
  DARK.raised,
  DARK.panel,
  DARK.ground,
  '#080b10',
];

/** Mantine injects style tags to lock scrolling, which the content security policy forbids; pages do not scroll. */
const NO_SCROLL_LOCK = { defaultProps: { lockScroll: false } };

/** Mantine reckons the contrast of a filled button with the shade of the light scheme, and puts white on light teal. */
const BUTTON = Button.extend({
  vars: (_theme, { variant = 'filled' }) => ({
    root: variant === 'filled' ? { '--button-color': 'var(--on-accent)' } : {},
  }),
});

export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: { dark: 3, light: 7 },
  autoContrast: true,
  colors: { teal: TEAL, dark: DARK_TUPLE },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  headings: { fontFamily: "'Inter Variable', system-ui, sans-serif", fontWeight: '600' },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: { Button: BUTTON, Modal: NO_SCROLL_LOCK, Drawer: NO_SCROLL_LOCK, Spotlight: NO_SCROLL_LOCK },
});

/**
 * Adopts the variables of the theme as a constructed style sheet. Mantine would write them into a style tag, for
 * which the content security policy would have to allow inline styles.
 */
export function adoptTheme(target: Document): void {
  const { variables, dark, light } = defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme));
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    convertCssVariables({
      variables,
      dark: { ...dark, ...schemeVariables(DARK), '--mantine-color-scheme': 'dark' },
      light: { ...light, ...schemeVariables(LIGHT), '--mantine-color-scheme': 'light' },
    }),
  );
  target.adoptedStyleSheets = [...target.adoptedStyleSheets, sheet];
}

function schemeVariables(palette: Palette): Record<string, string> {
  return {
    ...cssVariables(palette),
    '--mantine-color-body': palette.ground,
    '--mantine-color-text': palette.text,
    '--mantine-color-dimmed': palette.dim,
    '--mantine-color-placeholder': palette.dim,
    '--mantine-color-default': palette.panel,
    '--mantine-color-default-hover': palette.raised,
    '--mantine-color-default-border': palette.line,
    '--mantine-color-default-color': palette.text,
    '--mantine-color-anchor': palette.accent,
    '--mantine-color-error': palette.down,
  };
}
