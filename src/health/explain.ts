import { arcId, DIRECTIONS, ENDS } from '../core/ids.ts';
import { formatRatio } from '../core/units.ts';
import { type Gauge, gaugeLevel } from './gauge.ts';
import type { PartName, ScorePart } from './link-state.ts';
import type { LinkMemory } from './memory.ts';
import { isLinkDown, isShut } from './status.ts';
import type { Thresholds } from './thresholds.ts';

type MeasuredPart = Exclude<PartName, 'status'>;

const ALL_POINTS = 100;

/** What took points off, the costliest first. */
export function partsOf(memory: LinkMemory, thresholds: Thresholds): ScorePart[] {
  const parts: ScorePart[] = [];
  if (isLinkDown(memory)) parts.push(statusPart(memory));
  push(parts, 'flapping', memory.flapping, null, memory, thresholds);
  for (const direction of DIRECTIONS) {
    const { loss, latency, utilisationGauge, errors } = memory.arcs[direction];
    if (isCalm(loss) && isCalm(latency) && isCalm(utilisationGauge) && isCalm(errors)) continue;
    const arc = arcId(memory.linkId, direction);
    push(parts, 'loss', loss, arc, memory, thresholds);
    push(parts, 'latency', latency, arc, memory, thresholds);
    push(parts, 'utilisation', utilisationGauge, arc, memory, thresholds);
    push(parts, 'errors', errors, arc, memory, thresholds);
  }
  return parts.length > 1 ? parts.sort((x, y) => y.points - x.points) : parts;
}

function isCalm(gauge: Gauge): boolean {
  return !gauge.degraded.on && !gauge.unhealthy.on;
}

function statusPart(memory: LinkMemory): ScorePart {
  const down = ENDS.filter((end) => memory.ends[end].down);
  const said = down.map((end) => {
    const { operStatus, upRun } = memory.ends[end];
    return upRun > 0 ? `end ${end} is up again, not yet for long enough` : `end ${end} reports ${operStatus ?? 'down'}`;
  });
  return {
    part: 'status',
    level: 'down',
    arc: null,
    points: ALL_POINTS,
    value: null,
    threshold: null,
    sinceMs: Math.min(...down.map((end) => memory.ends[end].downSinceMs)),
    text: `the link is down: ${said.join(', ')}`,
  };
}

function push(
  parts: ScorePart[],
  part: MeasuredPart,
  gauge: Gauge,
  arc: string | null,
  memory: LinkMemory,
  thresholds: Thresholds,
): void {
  if (gaugeLevel(gauge) === 0) return;
  const level = gauge.unhealthy.on ? 'unhealthy' : 'degraded';
  const threshold = gauge.unhealthy.on ? gauge.unhealthyAt : gauge.degradedAt;
  parts.push({
    part,
    level,
    arc,
    points: thresholds.points[part][level],
    value: gauge.value,
    threshold,
    sinceMs: gauge.sinceMs,
    text: `${figureText(part, gauge.value, arc, memory)}; ${level} from ${amount(part, threshold)}`,
  });
}

function figureText(part: MeasuredPart, value: number | null, arc: string | null, memory: LinkMemory): string {
  const figure = amount(part, value);
  if (part === 'flapping') return `went down repeatedly (decayed count ${figure})`;
  if (part === 'latency') return `latency ${figure} on ${arc}, usually ${baselineText(arc, memory)}`;
  if (part === 'utilisation') return `utilisation ${figure} on ${arc}`;
  return part === 'loss' ? `loss ${figure} on ${arc}` : `${figure} of packets with errors on ${arc}`;
}

function baselineText(arc: string | null, memory: LinkMemory): string {
  const base = memory.arcs[arc?.endsWith(':za') ? 'za' : 'az'].baselineMs;
  return base === null ? 'unknown' : amount('latency', base);
}

function amount(part: MeasuredPart, value: number | null): string {
  if (value === null) return 'unknown';
  if (part === 'flapping') return value.toFixed(1);
  return part === 'latency' ? `${value.toFixed(1)} ms` : formatRatio(value);
}

/** One sentence: why this state. */
export function reasonOf(memory: LinkMemory, parts: readonly ScorePart[]): string {
  const shut = ENDS.find((end) => isShut(memory.ends[end].adminStatus));
  if (shut) return `shut by its operator at end ${shut}`;
  const [first] = parts;
  if (!first) return 'all figures are within their thresholds';
  return parts.length > 1 ? `${first.text} (and ${parts.length - 1} more)` : first.text;
}
