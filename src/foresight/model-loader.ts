import { messageOf } from '../core/errors.ts';
import { parseForecastModels } from '../predict/forecast/model-file.ts';
import type { ModelKind } from '../predict/registry/card.ts';
import { MODEL_FILE } from '../predict/registry/registry.ts';
import { RISK_FEATURE_NAMES } from '../predict/risk/features.ts';
import { parseRiskModel } from '../predict/risk/model-file.ts';
import { overFeatures } from '../predict/risk/over-features.ts';
import type { ForesightDeps, PresentModel } from './deps.ts';

type Deps = Pick<ForesightDeps, 'registry' | 'run' | 'tell'>;

/** A model's text, or why it cannot be used. */
type Loaded = { readonly id: string; readonly text: string } | { readonly problem: string };

/**
 * Keeps the engine's models those of the registry. A present model that cannot be used is told of; the one that ships
 * answers then, and where that cannot be used either, nothing does: no predictions rather than wrong ones.
 */
export class ModelLoader {
  readonly #deps: Deps;
  #risk: PresentModel = { id: null, problem: null };
  #riskKey = '';
  #forecast: PresentModel = { id: null, problem: null };
  #forecastKey = '';
  readonly #told = new Set<ModelKind>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async risk(): Promise<PresentModel> {
    const pointers = this.#pointers('risk');
    const key = await this.#keyOf(pointers);
    if (key === this.#riskKey) return this.#risk;
    const present = await this.#usable('risk', pointers.present);
    const shadow = pointers.shadow === null ? null : this.#load('risk', pointers.shadow);
    await this.#deps.run({
      kind: 'risk-models',
      present: 'text' in present ? present : null,
      shadow: shadow !== null && 'text' in shadow ? shadow : null,
    });
    this.#risk = 'text' in present ? { id: present.id, problem: null } : { id: null, problem: present.problem };
    // What cannot be used is tried again the next time: somebody may have mended it.
    this.#riskKey = 'text' in present && present.id === pointers.present ? key : '';
    return this.#risk;
  }

  async forecast(): Promise<PresentModel> {
    const pointers = this.#pointers('forecast');
    const key = await this.#keyOf(pointers);
    if (key === this.#forecastKey) return this.#forecast;
    const present = await this.#usable('forecast', pointers.present);
    const isThere = 'text' in present;
    await this.#deps.run({
      kind: 'forecast-model',
      text: isThere ? present.text : null,
      problem: isThere ? '' : present.problem,
    });
    this.#forecast = isThere ? { id: present.id, problem: null } : { id: null, problem: present.problem };
    this.#forecastKey = isThere && present.id === pointers.present ? key : '';
    return this.#forecast;
  }

  /** A new engine has none of the models that another one was given. */
  async #keyOf(pointers: unknown): Promise<string> {
    return JSON.stringify([pointers, await this.#deps.run({ kind: 'who' })]);
  }

  #pointers(kind: ModelKind): {
    readonly present: string | null;
    readonly shadow: string | null;
    readonly problem?: string;
  } {
    try {
      return this.#deps.registry.pointers(kind);
    } catch (error) {
      return { present: this.#deps.registry.shipped(kind), shadow: null, problem: messageOf(error) };
    }
  }

  async #usable(kind: ModelKind, id: string | null): Promise<Loaded> {
    const present: Loaded = id === null ? { problem: `there is no ${kind} model` } : this.#load(kind, id);
    if ('text' in present) {
      await this.#recovered(kind, present.id);
      return present;
    }
    const shippedId = this.#deps.registry.shipped(kind);
    const shipped = shippedId === null || shippedId === id ? null : this.#load(kind, shippedId);
    const isSaved = shipped !== null && 'text' in shipped;
    await this.#failed(kind, present.problem, isSaved ? shipped.id : null);
    return isSaved ? shipped : present;
  }

  #load(kind: ModelKind, id: string): Loaded {
    try {
      const text = new TextDecoder().decode(this.#deps.registry.open(kind, id).read(MODEL_FILE));
      if (kind === 'forecast') parseForecastModels(text);
      // Features are made by this program: what it does not make would be guessed, and the answers wrong.
      else if (overFeatures(parseRiskModel(text), RISK_FEATURE_NAMES) === null) {
        return { problem: `model ${id} was trained on other features than this version makes` };
      }
      return { id, text };
    } catch (error) {
      return { problem: messageOf(error) };
    }
  }

  async #failed(kind: ModelKind, problem: string, standIn: string | null): Promise<void> {
    this.#told.add(kind);
    await this.#deps.tell(unusableModel(kind, problem, standIn));
  }

  async #recovered(kind: ModelKind, id: string): Promise<void> {
    if (!this.#told.delete(kind)) return;
    await this.#deps.tell({
      ...{
        severity: 'info',
        cleared: true,
        message: `${kind} model ${id} answers again`,
        details: { kind, modelId: id },
      },
    });
  }
}

/** What people are told of a present model that cannot be used; the same words, whoever finds out. */
export function unusableModel(kind: ModelKind, problem: string, standIn: string | null): Parameters<Deps['tell']>[0] {
  const instead =
    standIn !== null
      ? `model ${standIn}, which ships, answers instead`
      : kind === 'risk'
        ? 'there are no predictions until a model can be used'
        : 'simple rules forecast instead';
  return {
    ...{ severity: 'minor', cleared: false, message: `${problem}; ${instead}` },
    details: { kind, standIn },
  };
}
