/** Processor time by what it went to. */
export class Stopwatch {
  readonly seconds: Record<string, number> = {};
  #name = 'other';
  #from = process.cpuUsage();

  begin(name: string): void {
    const { user, system } = process.cpuUsage(this.#from);
    this.seconds[this.#name] = (this.seconds[this.#name] ?? 0) + (user + system) / 1e6;
    this.#name = name;
    this.#from = process.cpuUsage();
  }
}
