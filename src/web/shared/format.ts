export { formatBits, formatBps, formatDuration, formatRatio } from '../../core/units.ts';

/** What stands where a figure is not known. */
export const UNKNOWN = '–';

/** Milliseconds with as many digits as matter: 6.2 ms, 41 ms. */
export function formatMs(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  return `${Math.abs(ms) >= 100 ? ms.toFixed(0) : ms.toFixed(1)} ms`;
}

/** A difference with its sign; a real minus, as wide as a plus. */
export function signed(text: string, value: number): string {
  if (value === 0) return text;
  return value > 0 ? `+${text}` : `−${text.replace('-', '')}`;
}

/** Utilisation in whole per cent: 71 %. */
export function formatUtilisation(utilisation: number | null): string {
  return utilisation === null ? UNKNOWN : `${(utilisation * 100).toFixed(0)} %`;
}

/** A chance or a share (0..1) in whole per cent; what is only nearly nothing or all says so. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 1) return '<1 %';
  return percent < 100 && percent > 99 ? '>99 %' : `${percent.toFixed(0)} %`;
}

/** Time that is left, `mm:ss`. */
export function formatCountdown(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}

/** How long ago, read in one look: 38 s, 4:05 min, 3 h, 2 d. Negative spans (clocks) are 0 s. */
export function formatAge(ageMs: number): string {
  const seconds = Math.max(0, Math.floor(ageMs / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} min`;
  if (seconds < 48 * 3600)
    return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')} min`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** Clock of this place, with the day when it was not today. */
export function formatClock(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const time = at.toLocaleTimeString([], { hour12: false });
  const sameDay = at.toDateString() === new Date(nowMs).toDateString();
  return sameDay ? time : `${at.toLocaleDateString()} ${time}`;
}

/** `1 link`, `3 links`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
