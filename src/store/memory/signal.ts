/** Wakes those who wait for something new. */
export class Signal {
  readonly #waiting = new Set<() => void>();

  /** Resolves at the next `notify`, or after `timeoutMs` of real time. */
  wait(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#waiting.add(wake);
    });
  }

  notify(): void {
    for (const wake of this.#waiting) wake();
  }
}
