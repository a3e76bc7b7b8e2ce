import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import type { Move } from '../../../api/schemas/screen.ts';
import type { Scene } from '../../map/scene.ts';
import { formatBps, formatMs, plural, signed } from '../../shared/format.ts';
import classes from './move-list.module.css';
import { inOrder } from './moves.ts';
import { viaText } from './paths.ts';

interface Props {
  readonly scene: Scene;
  readonly moves: readonly Move[];
  readonly chosen: string | null;
  readonly choose: (demand: string) => void;
}

const ROW_PX = 50;
/** Rows that are shown before the list scrolls by itself. */
const MOST_ROWS = 5;

/** Every move, the largest first; only the rows in sight are there. */
export function MoveList({ scene, moves, chosen, choose }: Props) {
  const sorted = useMemo(() => inOrder(moves), [moves]);
  const scrollRef = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => ROW_PX,
    overscan: 4,
  });
  const height = Math.min(sorted.length, MOST_ROWS) * ROW_PX;
  return (
    <section aria-label="Moves">
      <div className={classes.head}>
        <h3>Moves</h3>
        <span className="dim figure">{plural(sorted.length, 'demand')}</span>
      </div>
      {/* A list that scrolls must be reachable by keys; its rows are buttons. */}
      <div ref={scrollRef} className={classes.scroll} style={{ height }} data-testid="moves">
        <ul style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const move = sorted[index];
            if (!move) return null;
            return (
              <li key={move.demand} style={{ transform: `translateY(${start}px)`, height: ROW_PX }}>
                <button
                  type="button"
                  aria-pressed={move.demand === chosen}
                  onClick={() => choose(move.demand)}
                  className={classes.row}
                >
                  <MoveRow scene={scene} move={move} place={index + 1} />
                </button>
              </li>
            );
          })}
        </ul>
      </div>
    </section>
  );
}

function MoveRow({ scene, move, place }: { readonly scene: Scene; readonly move: Move; readonly place: number }) {
  const { before, after } = move.latencyMs;
  return (
    <>
      <span className={`dim figure ${classes.place}`}>{place}</span>
      <span className={classes.ends}>
        {move.source} → {move.target}
      </span>
      <span className={`figure ${classes.rate}`}>{formatBps(move.bps)}</span>
      <span className={`dim ${classes.via}`}>{viaText(scene, move.to)}</span>
      <span className={`dim figure ${classes.rate}`}>
        {before === null ? formatMs(after) : signed(formatMs(after - before), after - before)}
      </span>
    </>
  );
}
