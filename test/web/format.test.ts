import { describe, expect, it } from 'vitest';
import { SCREEN_PATHS } from '../../src/api/screen-paths.ts';
import { formatAge, formatMs, formatUtilisation, plural, signed, UNKNOWN } from '../../src/web/shared/format.ts';
import { SCREENS } from '../../src/web/shell/screens.ts';
import { DARK, LIGHT, type Palette } from '../../src/web/theme/tokens.ts';
import { SCALES, scaleColours, UTILISATION_STOPS, utilisationBand } from '../../src/web/theme/utilisation.ts';

/** Contrast of two colours (WCAG 2.2, relative luminance). */
function contrast(one: string, two: string): number {
  const [light, dark] = [luminance(one), luminance(two)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe('figures', () => {
  it('are ages that are read in one look', () => {
    expect(formatAge(-5)).toBe('0 s');
    expect(formatAge(59_999)).toBe('59 s');
    expect(formatAge(65_000)).toBe('1:05 min');
    expect(formatAge(2 * 3_600_000 + 5 * 60_000)).toBe('2 h 05 min');
    expect(formatAge(80 * 3_600_000)).toBe('3 d');
  });

  it('never show what is not known as zero', () => {
    expect(formatMs(null)).toBe(UNKNOWN);
    expect(formatUtilisation(null)).toBe(UNKNOWN);
    expect(formatUtilisation(0)).toBe('0 %');
  });

  it('carry their sign and their number', () => {
    expect(signed(formatMs(6.2), 6.2)).toBe('+6.2 ms');
    expect(signed(formatMs(-6.2), -6.2)).toBe('−6.2 ms');
    expect([plural(1, 'link'), plural(1200, 'link')]).toEqual(['1 link', '1,200 links']);
  });
});

describe('colours', () => {
  it.each([
    ['dark', DARK],
    ['light', LIGHT],
  ] as const)('can be read on every ground of the %s scheme', (_name, palette: Palette) => {
    for (const ground of [palette.ground, palette.panel, palette.raised]) {
      for (const name of ['text', 'dim', 'accent', 'down', 'degraded', 'healthy', 'predicted'] as const) {
        expect(contrast(palette[name], ground), `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
    expect(contrast(palette.onAccent, palette.accent)).toBeGreaterThanOrEqual(4.5);
  });

  it('of utilisation have one band for each stop, and the safe scale is ordered by lightness', () => {
    for (const scale of SCALES) {
      for (const scheme of ['dark', 'light'] as const) {
        expect(scaleColours(scale, scheme)).toHaveLength(UTILISATION_STOPS.length);
      }
    }
    const rising = scaleColours('colour-blind', 'dark').map(luminance);
    expect([...rising].sort((x, y) => x - y)).toEqual(rising);
    const falling = scaleColours('colour-blind', 'light').map(luminance);
    expect([...falling].sort((x, y) => y - x)).toEqual(falling);
  });

  it('change exactly at the stops', () => {
    UTILISATION_STOPS.forEach((stop, band) => {
      expect(utilisationBand(stop)).toBe(band);
      if (stop > 0) expect(utilisationBand(stop - 1e-9)).toBe(band - 1);
    });
    expect(utilisationBand(1.7)).toBe(UTILISATION_STOPS.length - 1);
  });
});

describe('screens', () => {
  it('have addresses that the service answers with the page', () => {
    for (const { path } of SCREENS) {
      const first = path.split('/')[1] ?? '';
      if (first !== '') expect(SCREEN_PATHS, path).toContain(first);
    }
  });
});
