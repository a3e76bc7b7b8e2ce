/**
 * One metric of many things: a ring of minutes and a ring of hours, moment by moment, so that a window over all of them
 * is read in order of memory. Values are NaN where not known.
 */
export class MinuteColumn {
  /** How many things. */
  readonly width: number;
  readonly #minuteCount: number;
  readonly #hourCount: number;
  readonly #minutes: Float32Array;
  /** Sum or largest of what is known of the hour, and how many minutes that were. */
  readonly #hours: Float32Array;
  readonly #known: Uint8Array;
  readonly #ofHour: 'mean' | 'max';
  #newest = -1;

  constructor(width: number, size: { readonly minutes: number; readonly hours: number }, ofHour: 'mean' | 'max') {
    this.width = width;
    this.#minuteCount = size.minutes;
    this.#hourCount = size.hours;
    this.#minutes = new Float32Array(width * size.minutes).fill(Number.NaN);
    this.#hours = new Float32Array(width * size.hours);
    this.#known = new Uint8Array(width * size.hours);
    this.#ofHour = ofHour;
  }

  /** Makes room for minutes (since the epoch) up to this one. */
  advanceTo(minute: number): void {
    const before = this.#newest;
    if (minute <= before) return;
    this.#newest = minute;
    for (let next = Math.max(before + 1, minute - this.#minuteCount + 1); next <= minute; next += 1) {
      const from = this.#minuteAt(next);
      this.#minutes.fill(Number.NaN, from, from + this.width);
    }
    const hour = Math.floor(minute / 60);
    for (let next = Math.max(Math.floor(before / 60) + 1, hour - this.#hourCount + 1); next <= hour; next += 1) {
      const from = this.#hourAt(next);
      this.#hours.fill(0, from, from + this.width);
      this.#known.fill(0, from, from + this.width);
    }
  }

  /** False where the minute is outside of what is kept. A minute that is there already is replaced. */
  set(index: number, minute: number, value: number): boolean {
    const hour = Math.floor(minute / 60);
    if (minute > this.#newest || hour <= Math.floor(this.#newest / 60) - this.#hourCount) return false;
    const before = this.#setMinute(index, minute, value);
    const at = this.#hourAt(hour) + index;
    const isNew = Number.isNaN(before);
    if (isNew && this.#known[at] === 60) return false;
    const kept = this.#hours[at] as number;
    if (this.#ofHour === 'mean') this.#hours[at] = kept + value - (isNew ? 0 : before);
    else this.#hours[at] = this.#known[at] === 0 ? value : Math.max(kept, value);
    if (isNew) this.#known[at] = (this.#known[at] as number) + 1;
    return true;
  }

  #setMinute(index: number, minute: number, value: number): number {
    if (minute <= this.#newest - this.#minuteCount) return Number.NaN;
    const at = this.#minuteAt(minute) + index;
    const before = this.#minutes[at] as number;
    this.#minutes[at] = value;
    return before;
  }

  /** The values of all at one minute; null where that is not kept. A view: not to be written to. */
  atMinute(minute: number): Float32Array | null {
    if (minute > this.#newest || minute <= this.#newest - this.#minuteCount || minute < 0) return null;
    const from = this.#minuteAt(minute);
    return this.#minutes.subarray(from, from + this.width);
  }

  /** Writes the mean (or the largest) of an hour of all into `out`; false, and nothing written, where it is not kept. */
  atHour(hour: number, out: Float32Array): boolean {
    const newest = Math.floor(this.#newest / 60);
    if (hour > newest || hour <= newest - this.#hourCount || hour < 0) return false;
    const from = this.#hourAt(hour);
    for (let index = 0; index < this.width; index += 1) {
      const known = this.#known[from + index] as number;
      const kept = this.#hours[from + index] as number;
      out[index] = known === 0 ? Number.NaN : this.#ofHour === 'mean' ? kept / known : kept;
    }
    return true;
  }

  #minuteAt(minute: number): number {
    return (minute % this.#minuteCount) * this.width;
  }

  #hourAt(hour: number): number {
    return (hour % this.#hourCount) * this.width;
  }
}
