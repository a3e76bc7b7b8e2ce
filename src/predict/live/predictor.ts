import { DetourError } from '../../core/errors.ts';
import { Coalescer } from './coalescer.ts';
import { type Engine, type EngineName, type Ensembles, openEngine } from './engine.ts';
import { NamedRows } from './named-rows.ts';

/** A risk model as it is served: ensembles by horizon over the same features. */
export interface ServedModel {
  readonly id: string;
  readonly featureNames: readonly string[];
  /** By horizon, the shortest first. */
  readonly horizons: readonly { readonly name: string; readonly horizonMs: number }[];
  /** By the horizons' names, in their order. */
  readonly ensembles: Ensembles;
  /** The same model for onnxruntime; throws where the file is missing or damaged. */
  readonly readOnnx: () => Uint8Array;
}

/** A model that is open, and answers. */
export interface OpenModel {
  readonly id: string;
  readonly engine: EngineName;
  readonly horizons: ServedModel['horizons'];
  readonly rows: NamedRows;
  /** Probabilities of one row by horizon; rows of one moment are computed together. */
  ask(row: Float32Array): Promise<Float32Array>;
  /** Probabilities by horizon, one a row. */
  askAll(values: Float32Array, rowCount: number): Promise<readonly Float32Array[]>;
}

export interface PredictorOptions {
  /** The model that is present now; throws MODEL where it cannot be used. */
  readonly present: () => ServedModel;
  /** Names what `present` would answer, cheaply: when it changes the model is opened anew. */
  readonly presentId: () => string | null;
  readonly onEngine: (modelId: string, engine: Engine) => void;
  /** How long a look at which model is present holds, ms. */
  readonly lookEveryMs?: number;
  readonly nowMs: () => number;
}

const LOOK_EVERY_MS = 5_000;

/**
 * Serves the present risk model to whoever brings features. Nothing is loaded before the first question: onnxruntime
 * takes tens of megabytes that an installation without such questions should not spend.
 */
export class Predictor {
  readonly #options: PredictorOptions;
  #open: { readonly id: string; readonly model: Promise<OpenModel> } | null = null;
  #engine: Engine | null = null;
  #lookedAtMs = -Infinity;

  constructor(options: PredictorOptions) {
    this.#options = options;
  }

  /** @throws DetourError MODEL where there is no model that can be used */
  async model(): Promise<OpenModel> {
    const { nowMs, presentId, lookEveryMs = LOOK_EVERY_MS } = this.#options;
    if (this.#open !== null && nowMs() - this.#lookedAtMs < lookEveryMs) return this.#open.model;
    this.#lookedAtMs = nowMs();
    const id = presentId();
    if (id === null) throw noModel();
    if (this.#open?.id !== id) this.#open = { id, model: this.#load() };
    return this.#open.model.catch((error: unknown) => {
      this.#open = null;
      throw error;
    });
  }

  async stop(): Promise<void> {
    this.#open = null;
    await this.#engine?.close();
    this.#engine = null;
  }

  async #load(): Promise<OpenModel> {
    const served = this.#options.present();
    const { id, featureNames, horizons, ensembles, readOnnx } = served;
    const engine = await openEngine(ensembles, featureNames.length, readOnnx);
    const before = this.#engine;
    this.#engine = engine;
    this.#options.onEngine(id, engine);
    await before?.close();
    const coalescer = new Coalescer(featureNames.length, engine.run);
    return {
      ...{ id, engine: engine.name, horizons, rows: new NamedRows(featureNames) },
      ask: (row) => coalescer.ask(row),
      askAll: (values, rowCount) => engine.run(values, rowCount),
    };
  }
}

export function noModel(): DetourError {
  return new DetourError('MODEL', 'there is no risk model', { hint: `train one with 'detour train'` });
}
