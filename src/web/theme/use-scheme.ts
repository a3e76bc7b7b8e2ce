import { useComputedColorScheme } from '@mantine/core';
import { PALETTES, type Palette, type Scheme } from './tokens.ts';

export function useScheme(): Scheme {
  return useComputedColorScheme('dark');
}

export function usePalette(): Palette {
  return PALETTES[useScheme()];
}
