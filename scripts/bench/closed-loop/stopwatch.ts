/** Processor time by what it went to. */
export class Stopwatch {
  readonly seconds: Record<string, number> = {};
  #name = 'other';
  #from = process.cpuUsage();

  begin(name: string): void {
    const now = process.cpuUsage();
    const spent = now.user - this.#from.user + now.system - this.#from.system;
    this.seconds[this.#name] = (this.seconds[this.#name] ?? 0) + spent / 1e6;
    this.#name = name;
    this.#from = now;
  }
}
