import type { Move } from '../../api/schemas/screen.ts';
import type { Palette } from '../theme/tokens.ts';
import type { Step } from './draw-bands.ts';
import type { Scene } from './scene.ts';
import type { PathBand } from './weathermap.tsx';

/** The main ways of a demand before and after its move. */
export function moveBands(scene: Scene, move: Pick<Move, 'from' | 'to'>, palette: Palette): PathBand[] {
  return [...bandOf(scene, move.from, palette.down), ...bandOf(scene, move.to, palette.accent)];
}

function bandOf(scene: Scene, shares: Move['from'], colour: string): PathBand[] {
  const [main] = shares.toSorted((x, y) => y.share - x.share);
  const steps = (main?.arcs ?? []).flatMap((arc): Step[] => {
    const link = scene.linkIndex.get(arc.slice(0, -3));
    return link === undefined ? [] : [{ link, reversed: arc.endsWith(':za') }];
  });
  return steps.length > 0 ? [{ steps, colour }] : [];
}
