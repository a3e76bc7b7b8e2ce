import type { Rng } from '../../../core/rng.ts';
import { within } from '../distributions.ts';
import type { PlantState } from '../plant.ts';
import type { DevicesPlan } from '../scenario-schema.ts';
import { Wander } from './wander.ts';

export const DEVICE_METRICS = ['cpuRatio', 'memoryRatio', 'temperatureCelsius'] as const;

const HOUR = 3600;
const DAY = 24 * HOUR;
const WARMEST_HOUR = 15;
/** A processor without anything left still answers now and then. */
const FULL_CPU = 0.985;
/** What a router at its limit holds in its queues and tables, of its memory. */
const MEMORY_UNDER_STRESS = 0.15;

/** Processor, memory and temperature of every router, by node number. */
export class Devices {
  readonly cpuRatio: Float64Array;
  readonly memoryRatio: Float64Array;
  readonly temperatureCelsius: Float64Array;
  /** Of that, what comes from the room: the day and slow drift, around 0. */
  readonly roomCelsius: Float64Array;
  readonly #plan: DevicesPlan;
  readonly #rng: Rng;
  readonly #usual: { readonly cpu: Float64Array; readonly memory: Float64Array; readonly celsius: Float64Array };
  readonly #cpu: Wander;
  readonly #memory: Wander;
  readonly #temperature: Wander;
  /** Harmless jobs: how much each takes now and for how many more seconds. */
  readonly #spike: Float64Array;
  readonly #spikeLeft: Float64Array;

  constructor(plan: DevicesPlan, count: number, rng: Rng) {
    const own = rng.fork('devices');
    const each = (range: readonly number[]) => Float64Array.from({ length: count }, () => within(own, range));
    this.#plan = plan;
    this.#rng = rng.fork('readings');
    this.#usual = {
      cpu: each(plan.cpuRatio),
      memory: each(plan.memoryRatio),
      celsius: each(plan.temperatureCelsius),
    };
    this.#cpu = new Wander(count, plan.cpuNoiseMinutes * 60, rng.fork('cpu'));
    this.#memory = new Wander(count, plan.memoryDriftHours * HOUR, rng.fork('memory'));
    this.#temperature = new Wander(count, plan.temperatureDriftHours * HOUR, rng.fork('temperature'));
    this.#spike = new Float64Array(count);
    this.#spikeLeft = new Float64Array(count);
    this.cpuRatio = new Float64Array(count);
    this.memoryRatio = new Float64Array(count);
    this.temperatureCelsius = new Float64Array(count);
    this.roomCelsius = new Float64Array(count);
  }

  /** `loadRatio`: traffic that leaves each router, of what its links carry; `solarHours` of each router now. */
  advance(dtSeconds: number, plant: PlantState, loadRatio: Float64Array, solarHours: Float64Array): void {
    this.#cpu.advance(dtSeconds);
    this.#memory.advance(dtSeconds);
    this.#temperature.advance(dtSeconds);
    for (let node = 0; node < this.cpuRatio.length; node += 1) {
      this.#job(node, dtSeconds);
      this.#read(node, plant, loadRatio[node] as number, solarHours[node] as number);
    }
  }

  #job(node: number, dtSeconds: number): void {
    const { cpuSpikesPerDay, cpuSpike, cpuSpikeMinutes } = this.#plan;
    const left = (this.#spikeLeft[node] as number) - dtSeconds;
    this.#spikeLeft[node] = left;
    if (left > 0) return;
    const begins = this.#rng.next() < -Math.expm1((-cpuSpikesPerDay * dtSeconds) / DAY);
    this.#spike[node] = begins ? cpuSpike * this.#rng.next() : 0;
    this.#spikeLeft[node] = begins ? this.#rng.exponential(cpuSpikeMinutes * 60) : 0;
  }

  #read(node: number, plant: PlantState, loadRatio: number, solarHour: number): void {
    const plan = this.#plan;
    const rise = plant.cpuRise[node] as number;
    const calm =
      (this.#usual.cpu[node] as number) +
      plan.cpuPerLoad * loadRatio +
      plan.cpuNoise * (this.#cpu.values[node] as number) +
      (this.#spike[node] as number);
    const cpu = between(0.01, FULL_CPU, calm + rise * (FULL_CPU - calm));
    this.cpuRatio[node] = cpu;
    const memory =
      (this.#usual.memory[node] as number) +
      plan.memoryDrift * (this.#memory.values[node] as number) +
      plan.memoryNoise * this.#rng.normal() +
      MEMORY_UNDER_STRESS * rise;
    this.memoryRatio[node] = between(0.01, 0.99, memory);
    const daily = Math.cos((2 * Math.PI * (solarHour - WARMEST_HOUR)) / 24);
    const room =
      plan.temperatureDailyCelsius * daily + plan.temperatureDriftCelsius * (this.#temperature.values[node] as number);
    this.roomCelsius[node] = room;
    this.temperatureCelsius[node] =
      (this.#usual.celsius[node] as number) +
      room +
      plan.temperaturePerCpuCelsius * cpu +
      plan.temperatureNoiseCelsius * this.#rng.normal() +
      (plant.temperatureRiseCelsius[node] as number);
  }
}

function between(low: number, high: number, value: number): number {
  return Math.min(high, Math.max(low, value));
}
