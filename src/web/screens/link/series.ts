import type { LinkHistory } from '../../../api/schemas/history.ts';
import type { Event } from '../../../api/schemas/screen.ts';

export const SPANS = {
  '15m': 900_000,
  '1h': 3_600_000,
  '6h': 21_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
} as const;
export type Span = keyof typeof SPANS;

export function readSpan(parameters: URLSearchParams): Span {
  const text = parameters.get('span');
  return text !== null && text in SPANS ? (text as Span) : '1h';
}

export type Values = readonly (number | null)[];

/** One line of a chart. */
export interface Series {
  readonly label: string;
  readonly values: Values;
  /** Role of the line; its colour follows from it. */
  readonly tone: 'first' | 'second' | 'loss' | 'loss-second' | 'usual' | 'part' | 'expected' | 'band';
  /** Which of the parts, for their colours. */
  readonly part?: number;
}

/** A chart of the link: its lines share a unit. */
export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly unit: '%' | 'ms' | '';
  readonly series: readonly Series[];
  /** Places in `series` of the upper and the lower edge of what is expected. */
  readonly bands?: readonly (readonly [upper: number, lower: number])[];
  /** Highest value the axis reaches at least. */
  readonly least: number;
}

const PARTS = ['status', 'loss', 'latency', 'utilisation', 'errors', 'flapping'] as const;

type FiguresByMetric = LinkHistory['link'];

/** What the history of a link is drawn as. Charts without a single known value are left out. */
export function panelsOf({ link, arcs }: Pick<LinkHistory, 'link' | 'arcs'>): Panel[] {
  const [az, za] = [arcs.az, arcs.za];
  const baseline = mean(az, 'baselineLatencyMs');
  const panels: Panel[] = [
    {
      ...{ id: 'utilisation', title: 'Utilisation', unit: '%', least: 10 },
      series: [
        { label: 'a→z', tone: 'first', values: percent(mean(az, 'utilisation')) },
        { label: 'z→a', tone: 'second', values: percent(mean(za, 'utilisation')) },
      ],
    },
    {
      ...{ id: 'latency', title: 'Latency', unit: 'ms', least: 1 },
      series: [
        { label: 'a→z', tone: 'first', values: mean(az, 'latencyMs') },
        { label: 'z→a', tone: 'second', values: mean(za, 'latencyMs') },
        { label: 'usual a→z', tone: 'usual', values: baseline },
      ],
    },
    {
      ...{ id: 'loss', title: 'Loss', unit: '%', least: 0.1 },
      series: [
        { label: 'a→z', tone: 'loss', values: percent(most(az, 'lossRatio')) },
        { label: 'z→a', tone: 'loss-second', values: percent(most(za, 'lossRatio')) },
      ],
    },
    {
      ...{ id: 'score', title: 'Score, and the points each part takes off', unit: '', least: 100 },
      series: [
        { label: 'score', tone: 'first', values: least(link, 'score') },
        ...PARTS.flatMap((part, index): Series[] => {
          const values = most(link, `${part}Points`);
          return values.some((value) => value !== null && value > 0)
            ? [{ label: part, tone: 'part', part: index, values }]
            : [];
        }),
      ],
    },
  ];
  return panels
    .map((panel) => ({ ...panel, series: panel.series.filter(({ values }) => values.some((value) => value !== null)) }))
    .filter(({ series }) => series.length > 0);
}

const mean = (figures: FiguresByMetric, metric: string): Values => figures[metric]?.mean ?? [];
/** The worst of a bucket: an average over minutes would hide what lasted seconds. */
const most = (figures: FiguresByMetric, metric: string): Values => figures[metric]?.max ?? [];
const least = (figures: FiguresByMetric, metric: string): Values => figures[metric]?.min ?? [];

function percent(values: Values): Values {
  return values.map((value) => (value === null ? null : value * 100));
}

/** A moment to mark on the charts. */
export interface Mark {
  readonly atMs: number;
  readonly kind: 'worse' | 'better' | 'reroute';
}

/** Changes of state, and what proposals did; comments and repeats of plans mark nothing. */
export function marksOf(events: readonly Event[]): Mark[] {
  return events.flatMap((event): Mark[] => {
    if (event.type === 'proposal-applied' || event.type === 'proposal-closed')
      return [{ atMs: event.atMs, kind: 'reroute' }];
    if (event.type !== 'link-state') return [];
    return [{ atMs: event.atMs, kind: event.cleared ? 'better' : 'worse' }];
  });
}
