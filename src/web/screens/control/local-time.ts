const MINUTE_MS = 60_000;

const two = (value: number): string => String(value).padStart(2, '0');

/** `2026-01-31T22:00`, by the clock of this place, as inputs of kind datetime-local hold it. */
export function toLocalText(atMs: number): string {
  const at = new Date(atMs);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Milliseconds since the epoch; null for what is no time. */
export function fromLocalText(text: string): number | null {
  const atMs = new Date(text).getTime();
  return text === '' || Number.isNaN(atMs) ? null : atMs;
}

/** The next full five minutes, as a beginning that one would choose. */
export function soon(nowMs: number): number {
  return Math.ceil(nowMs / (5 * MINUTE_MS)) * 5 * MINUTE_MS;
}

/** `14:00 – 16:30`, with the days where they are not today's. */
export function spanText(fromMs: number, toMs: number, nowMs: number): string {
  const [from, to] = [new Date(fromMs), new Date(toMs)];
  const day = (at: Date) => at.toLocaleDateString([], { day: 'numeric', month: 'short' });
  const time = (at: Date) => `${two(at.getHours())}:${two(at.getMinutes())}`;
  const isToday = (at: Date) => at.toDateString() === new Date(nowMs).toDateString();
  const begin = isToday(from) && isToday(to) ? time(from) : `${day(from)} ${time(from)}`;
  const end = from.toDateString() === to.toDateString() ? time(to) : `${day(to)} ${time(to)}`;
  return `${begin} – ${end}`;
}
