import { type SortingState, type Updater, useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useMemo, useRef } from 'react';
import type { LinkView } from '../../../api/schemas/screen.ts';
import { useLive } from '../../live/use-live.ts';
import { features, type LinkColumn } from './columns.tsx';
import { LINK_SORTS, type LinkSort } from './link-filter.ts';
import classes from './links.module.css';

const ROW_PX = { wide: 36, narrow: 44 };
const WIDE_ONLY: ReadonlySet<string> = new Set(['za', 'latency', 'risk', 'peak', 'trend', 'since']);
const FIGURES: ReadonlySet<string> = new Set(['score', 'az', 'za', 'latency', 'loss', 'risk', 'peak', 'since']);

interface Props {
  readonly ids: readonly string[];
  readonly columns: LinkColumn[];
  readonly sort: LinkSort;
  readonly setSort: (sort: LinkSort) => void;
  readonly narrow: boolean;
}

/** Ten thousand rows of which those on screen exist; arrows, Page, Home and End go from link to link. */
export function LinksTable({ ids, columns, sort, setSort, narrow }: Props) {
  const scrollRef = useRef<HTMLDivElement>(null);
  const rowPx = narrow ? ROW_PX.narrow : ROW_PX.wide;
  const virtual = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => rowPx,
    overscan: 8,
    scrollPaddingStart: 40,
  });
  const items = virtual.getVirtualItems();
  const [from, to] = [items[0]?.index ?? 0, (items.at(-1)?.index ?? -1) + 1];
  const shown = useShown(ids, from, to);
  const sorting = useMemo(() => [{ id: sort.name, desc: sort.descending }], [sort]);
  const table = useTable({
    features,
    data: shown,
    columns,
    manualSorting: true,
    state: { sorting },
    getRowId: (link: LinkView) => link.id,
    enableSortingRemoval: false,
    onSortingChange: (update: Updater<SortingState>) => {
      const [next] = typeof update === 'function' ? update(sorting) : update;
      const name = LINK_SORTS.find((each) => each === next?.id);
      if (name) setSort({ name, descending: next?.desc ?? false });
    },
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const target = targetOf(event.key, rowOf(event.target), ids.length, Math.floor(600 / rowPx));
    if (target === null) return;
    event.preventDefault();
    virtual.scrollToIndex(target);
    focusRow(scrollRef.current, target);
  };
  return (
    <div ref={scrollRef} className={classes.scroll} data-testid="links-table">
      <table className={classes.table} aria-rowcount={ids.length + 1} onKeyDown={onKeyDown}>
        <caption className="visually-hidden">Links with their state and figures</caption>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map(({ id, column }) => (
                <th key={id} scope="col" className={classOf(id)} aria-sort={ariaSort(column.getIsSorted())}>
                  {id === 'trend' ? (
                    String(column.columnDef.header)
                  ) : (
                    <button
                      type="button"
                      onClick={() => column.toggleSorting(nextDescending(column.getIsSorted(), id))}
                    >
                      {String(column.columnDef.header)}
                      <span aria-hidden="true">{SORT_MARKS[String(column.getIsSorted())]}</span>
                    </button>
                  )}
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          <Spacer height={from * rowPx} />
          {table.getRowModel().rows.map((row, index) => (
            <tr key={row.id} aria-rowindex={from + index + 2} data-index={from + index} data-testid="link-row">
              {row.getAllCells().map((cell) => (
                <td key={cell.id} className={classOf(cell.column.id)}>
                  <table.FlexRender cell={cell} />
                </td>
              ))}
            </tr>
          ))}
          <Spacer height={virtual.getTotalSize() - (from + shown.length) * rowPx} />
        </tbody>
      </table>
    </div>
  );
}

/** The room of the rows that are not there. */
function Spacer({ height }: { readonly height: number }) {
  return height > 0 ? <tr className={classes.spacer} style={{ height }} /> : null;
}

const SORT_MARKS: Readonly<Record<string, string>> = { asc: '↑', desc: '↓', false: '' };

/** What is on screen, as it is now. */
function useShown(ids: readonly string[], from: number, to: number): LinkView[] {
  const links = useLive((state) => state.links);
  const indexById = useLive((state) => state.indexById);
  return useMemo(
    () => ids.slice(from, to).flatMap((id) => links[indexById.get(id) ?? -1] ?? []),
    [ids, from, to, links, indexById],
  );
}

/** The first click shows what one would look for first: the highest figures, but the lowest scores and ids. */
function nextDescending(sorted: false | 'asc' | 'desc', id: string): boolean {
  if (sorted) return sorted === 'asc';
  return id !== 'id' && id !== 'score';
}

function ariaSort(sorted: false | 'asc' | 'desc'): 'ascending' | 'descending' | undefined {
  if (!sorted) return undefined;
  return sorted === 'asc' ? 'ascending' : 'descending';
}

function classOf(id: string): string {
  const isWide = WIDE_ONLY.has(id) ? classes.wide : '';
  return [classes[id], isWide, FIGURES.has(id) ? classes.end : ''].filter(Boolean).join(' ');
}

function rowOf(target: EventTarget): number | null {
  const row = target instanceof Element ? target.closest('[data-index]') : null;
  return row ? Number(row.getAttribute('data-index')) : null;
}

/** The row that a key leads to; null for keys that lead nowhere. */
export function targetOf(key: string, from: number | null, count: number, page: number): number | null {
  const at = from ?? -1;
  const targets: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: count - 1,
  };
  const target = targets[key];
  if (target === undefined || count === 0) return null;
  return Math.max(0, Math.min(count - 1, target));
}

/** The row exists once it has been scrolled to, which takes a frame. */
function focusRow(host: HTMLElement | null, index: number, tries = 10): void {
  const link = host?.querySelector<HTMLElement>(`[data-index="${index}"] [data-row-link]`);
  if (link) link.focus({ preventScroll: true });
  else if (tries > 0) requestAnimationFrame(() => focusRow(host, index, tries - 1));
}
