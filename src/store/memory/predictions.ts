import { LIMITS } from '../keys.ts';
import type { Claim, ClaimKind, Forecast, Prediction, PredictionStore, StandingAlarm } from '../predictions.ts';

const ALARMS = 'standing-alarms';

export class MemoryPredictions implements PredictionStore {
  #predictions = new Map<string, string>();
  readonly #forecasts = new Map<string, string>();
  readonly #claims = new Map<ClaimKind, Map<number, string>>();
  readonly #reports = new Map<string, string>();

  async writePredictions(predictions: readonly Prediction[]): Promise<void> {
    this.#predictions = new Map(predictions.map((each) => [each.linkId, JSON.stringify(each)]));
  }

  async predictions(): Promise<Map<string, Prediction>> {
    return new Map([...this.#predictions].map(([id, text]) => [id, JSON.parse(text) as Prediction]));
  }

  async prediction(linkId: string): Promise<Prediction | null> {
    const text = this.#predictions.get(linkId);
    return text === undefined ? null : (JSON.parse(text) as Prediction);
  }

  async writeAlarms(alarms: readonly StandingAlarm[]): Promise<void> {
    await this.writeReport(ALARMS, alarms);
  }

  async alarms(): Promise<StandingAlarm[]> {
    return ((await this.report(ALARMS)) as StandingAlarm[] | null) ?? [];
  }

  async writeForecasts(forecasts: readonly Forecast[]): Promise<void> {
    const kinds = new Set(forecasts.map(({ kind }) => kind));
    for (const name of [...this.#forecasts.keys()]) {
      if ([...kinds].some((kind) => name.startsWith(`${kind} `))) this.#forecasts.delete(name);
    }
    for (const each of forecasts) this.#forecasts.set(`${each.kind} ${each.id}`, JSON.stringify(each));
  }

  async forecast(kind: Forecast['kind'], id: string): Promise<Forecast | null> {
    const text = this.#forecasts.get(`${kind} ${id}`);
    return text === undefined ? null : (JSON.parse(text) as Forecast);
  }

  async claim(kind: ClaimKind, { atMs, body }: Claim): Promise<void> {
    const kept = this.#claimsOf(kind);
    kept.set(atMs, JSON.stringify(body));
    const moments = [...kept.keys()].sort((x, y) => x - y);
    for (const moment of moments.slice(0, Math.max(0, moments.length - LIMITS.claimsMax))) kept.delete(moment);
  }

  async claims(kind: ClaimKind, untilMs: number): Promise<Claim[]> {
    const due = [...this.#claimsOf(kind)].filter(([atMs]) => atMs <= untilMs).sort(([x], [y]) => x - y);
    return due.map(([atMs, text]) => ({ atMs, body: JSON.parse(text) as unknown }));
  }

  async settle(kind: ClaimKind, untilMs: number): Promise<void> {
    const kept = this.#claimsOf(kind);
    for (const atMs of [...kept.keys()]) if (atMs <= untilMs) kept.delete(atMs);
  }

  async writeReport(name: string, report: unknown): Promise<void> {
    this.#reports.set(name, JSON.stringify(report));
  }

  async report(name: string): Promise<unknown> {
    const text = this.#reports.get(name);
    return text === undefined ? null : JSON.parse(text);
  }

  #claimsOf(kind: ClaimKind): Map<number, string> {
    const known = this.#claims.get(kind) ?? new Map<number, string>();
    this.#claims.set(kind, known);
    return known;
  }
}
