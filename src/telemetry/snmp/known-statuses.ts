import type { InterfaceSample } from '../sample.ts';

/** The last known status of a device's link ends, so that a reading beside the schedule tells news only. */
export class KnownStatuses {
  readonly #known = new Map<string, string>();

  /** Changed since it was last seen; of what was never seen, only what is not up. */
  isNews(sample: InterfaceSample): boolean {
    const known = this.#known.get(keyOf(sample));
    return known === undefined ? sample.operStatus !== 'up' : known !== textOf(sample);
  }

  remember(samples: readonly InterfaceSample[]): void {
    for (const sample of samples) this.#known.set(keyOf(sample), textOf(sample));
  }

  forget(): void {
    this.#known.clear();
  }
}

function keyOf({ linkId, end }: InterfaceSample): string {
  return `${end} ${linkId}`;
}

function textOf({ adminStatus, operStatus }: InterfaceSample): string {
  return `${adminStatus} ${operStatus}`;
}
