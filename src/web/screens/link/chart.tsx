import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import type { Palette } from '../../theme/tokens.ts';
import { usePalette, useScheme } from '../../theme/use-scheme.ts';
import { scaleColours } from '../../theme/utilisation.ts';
import classes from './link.module.css';
import type { Mark, Panel, Series } from './series.ts';

interface Props {
  readonly panel: Panel;
  readonly atMs: readonly number[];
  readonly marks: readonly Mark[];
  readonly fromMs: number;
  readonly toMs: number;
}

const HEIGHT = 148;
/** All charts of the screen show the same moment under the pointer. */
const TOGETHER = 'link-charts';

/** Lines over time on a canvas, with the events of the link as marks. Another set of lines needs another chart (`key`). */
export function Chart({ panel, atMs, marks, fromMs, toMs }: Props) {
  const hostRef = useRef<HTMLDivElement>(null);
  const plotRef = useRef<uPlot | null>(null);
  const latest = useRef({ marks, fromMs, toMs });
  const first = useRef({ panel, palette: usePalette(), parts: scaleColours('detour', useScheme()) });
  useEffect(() => {
    const host = hostRef.current;
    if (!host) return;
    const { panel, palette, parts } = first.current;
    const plot = new uPlot(optionsOf(panel, palette, parts, latest, host.clientWidth), [[]], host);
    plotRef.current = plot;
    const resized = new ResizeObserver(() => plot.setSize({ width: host.clientWidth, height: HEIGHT }));
    resized.observe(host);
    return () => {
      resized.disconnect();
      plot.destroy();
      plotRef.current = null;
    };
  }, []);
  useEffect(() => {
    latest.current = { marks, fromMs, toMs };
    const columns = panel.series.map(({ values }) => values as (number | null)[]);
    plotRef.current?.setData([atMs.map((ms) => ms / 1000), ...columns]);
  }, [panel, atMs, marks, fromMs, toMs]);
  return (
    <figure className={classes.chart} data-testid={`chart-${panel.id}`}>
      <figcaption>
        {panel.title}
        {panel.unit && <span className="dim"> {panel.unit}</span>}
      </figcaption>
      <div ref={hostRef} />
    </figure>
  );
}

type Latest = { readonly current: { readonly marks: readonly Mark[]; readonly fromMs: number; readonly toMs: number } };

function optionsOf(
  panel: Panel,
  palette: Palette,
  parts: readonly string[],
  latest: Latest,
  width: number,
): uPlot.Options {
  const axis = { stroke: palette.dim, grid: { stroke: palette.line, width: 1 }, ticks: { show: false } };
  const font = "11px 'Inter Variable', sans-serif";
  return {
    width,
    height: HEIGHT,
    padding: [8, 12, 0, 0],
    cursor: { sync: { key: TOGETHER }, y: false, points: { size: 6 } },
    legend: { live: true },
    scales: {
      x: { time: true, range: () => [latest.current.fromMs / 1000, latest.current.toMs / 1000] },
      y: { range: (_plot, _min, max) => [0, Math.max(panel.least, (max ?? 0) * 1.08)] },
    },
    axes: [
      { ...axis, font, size: 26, values: clockValues },
      { ...axis, font, size: 46, gap: 4 },
    ],
    series: [
      {
        label: 'time',
        value: (_plot, seconds) =>
          seconds == null ? '–' : new Date(seconds * 1000).toLocaleTimeString([], { hour12: false }),
      },
      ...panel.series.map((series) => lineOf(series, panel.unit, palette, parts)),
    ],
    bands: (panel.bands ?? []).map(([upper, lower]) => ({
      series: [upper + 1, lower + 1],
      fill: `${palette.predicted}30`,
    })),
    hooks: { drawClear: [(plot) => drawMarks(plot, latest.current.marks, palette)] },
  };
}

function clockValues(_plot: uPlot, seconds: number[]): string[] {
  const isLong = (seconds.at(-1) ?? 0) - (seconds[0] ?? 0) > 86_400;
  return seconds.map((each) => {
    const at = new Date(each * 1000);
    if (isLong) return at.toLocaleDateString([], { month: 'short', day: 'numeric' });
    return at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });
  });
}

function lineOf(
  { label, tone, part = 0 }: Series,
  unit: string,
  palette: Palette,
  parts: readonly string[],
): uPlot.Series {
  const strokes: Readonly<Record<Series['tone'], string>> = {
    first: palette.text,
    second: palette.dim,
    loss: palette.down,
    'loss-second': palette.down,
    usual: palette.dim,
    part: parts[part + 1] ?? palette.dim,
    expected: palette.predicted,
    band: 'transparent',
  };
  const isDashed = tone === 'usual' || tone === 'loss-second' || tone === 'expected';
  return {
    label,
    stroke: strokes[tone],
    width: tone === 'first' || tone === 'loss' ? 1.6 : 1.2,
    // The edges of a band have no entry of their own in the legend.
    ...(tone === 'band' && classes.edge ? { class: classes.edge } : {}),
    // A forecast begins at the last known value, which may lie some buckets before its first.
    spanGaps: tone === 'expected' || tone === 'band',
    points: { show: false },
    ...(isDashed ? { dash: [4, 4] } : {}),
    value: (_plot, value) => (value == null ? '–' : `${value.toPrecision(3)} ${unit}`.trim()),
  };
}

const MANY_MARKS = 24;

/** Thin lines behind the figures: solid for worse, dotted for better, dashed for reroutes. */
function drawMarks(plot: uPlot, marks: readonly Mark[], palette: Palette): void {
  const { ctx } = plot;
  const { left, top, width, height } = plot.bbox;
  const strokes = { worse: palette.down, better: palette.healthy, reroute: palette.accent };
  const dashes = { worse: [], better: [2, 4], reroute: [8, 4] };
  ctx.save();
  // Where there are many, the figures are still what one looks at.
  ctx.globalAlpha = marks.length > MANY_MARKS ? 0.2 : 0.55;
  for (const { atMs, kind } of marks) {
    const x = plot.valToPos(atMs / 1000, 'x', true);
    if (x < left || x > left + width) continue;
    ctx.strokeStyle = strokes[kind];
    ctx.setLineDash(dashes[kind]);
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
  }
  ctx.restore();
}
