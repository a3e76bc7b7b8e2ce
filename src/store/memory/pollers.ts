import type { Clock } from '../../core/clock.ts';
import { livingReports, type PollerBoard, type PollerReport } from '../pollers.ts';

export class MemoryPollers implements PollerBoard {
  readonly #clock: Clock;
  readonly #reports = new Map<string, string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async write(report: PollerReport): Promise<void> {
    this.#reports.set(report.holder, JSON.stringify(report));
    const living = new Set((await this.readAll()).map(({ holder }) => holder));
    for (const holder of this.#reports.keys()) if (!living.has(holder)) this.#reports.delete(holder);
  }

  async readAll(): Promise<PollerReport[]> {
    return livingReports(
      [...this.#reports.values()].map((text) => JSON.parse(text) as PollerReport),
      this.#clock.nowMs(),
    );
  }

  async remove(holder: string): Promise<void> {
    this.#reports.delete(holder);
  }
}
