import type { DemandSet } from '../../reroute/plan.ts';
import type { Tunnel } from '../../reroute/proposal.ts';
import type { TrafficStore } from '../store.ts';

export class MemoryTraffic implements TrafficStore {
  readonly #tunnels = new Map<string, string>();
  #version = 0;
  #demands: string | null = null;
  #estimate: string | null = null;

  async writeDemands(demands: DemandSet): Promise<void> {
    if (demands.source === 'estimated') this.#estimate = JSON.stringify(demands);
    else this.#demands = JSON.stringify(demands);
  }

  async removeDemands(): Promise<void> {
    this.#demands = null;
  }

  async estimate(): Promise<DemandSet | null> {
    return this.#estimate === null ? null : (JSON.parse(this.#estimate) as DemandSet);
  }

  async demands(): Promise<DemandSet | null> {
    return this.#demands === null ? null : (JSON.parse(this.#demands) as DemandSet);
  }

  async tunnels(): Promise<{ version: number; tunnels: Tunnel[] }> {
    return { version: this.#version, tunnels: [...this.#tunnels.values()].map((text) => JSON.parse(text) as Tunnel) };
  }

  async changeTunnels(remove: readonly string[], set: readonly Tunnel[]): Promise<void> {
    this.changeNow(
      remove,
      set.map((tunnel) => [tunnel.demand, JSON.stringify(tunnel)]),
    );
  }

  /** For commits: removes, then sets; a demand in both ends with its new tunnel. */
  changeNow(remove: readonly string[], set: readonly (readonly [demand: string, text: string])[]): void {
    let changes = 0;
    for (const demand of remove) changes += this.#tunnels.delete(demand) ? 1 : 0;
    for (const [demand, text] of set) {
      changes += this.#tunnels.get(demand) === text ? 0 : 1;
      this.#tunnels.set(demand, text);
    }
    if (changes > 0) this.#version += 1;
  }
}
