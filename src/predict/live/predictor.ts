import { DetourError } from '../../core/errors.ts';
import type { OpenSession } from '../onnx/session.ts';
import { Coalescer } from './coalescer.ts';
import { type Engine, type EngineName, type Ensembles, openEngine } from './engine.ts';
import { NamedRows } from './named-rows.ts';
import { RowScanner } from './row-scanner.ts';
import type { TellRow } from './told-risk.ts';

/** A risk model as it is served: ensembles by horizon over the same features. */
export interface ServedModel {
  readonly id: string;
  readonly featureNames: readonly string[];
  /** By the horizons' names, the shortest first. */
  readonly ensembles: Ensembles;
  /** Explains a row. */
  readonly tell: TellRow;
  /** The same model for onnxruntime; throws where the file is missing or damaged. */
  readonly readOnnx: () => Uint8Array;
}

/** A model that is open, and answers. */
export interface OpenModel {
  readonly id: string;
  readonly engine: EngineName;
  readonly rows: NamedRows;
  /** The quick way to rows that come as this model's callers usually write them. */
  readonly scanner: RowScanner;
  /** Probabilities of one row by horizon; rows of one moment are computed together. */
  ask(row: Float32Array): Promise<Float32Array>;
  /** Probabilities by horizon, one a row. */
  askAll(values: Float32Array, rowCount: number): Promise<readonly Float32Array[]>;
  /** What is told of a row for which these probabilities were given. */
  readonly tell: TellRow;
}

export interface PredictorOptions {
  /** The model that is present now, or another that stands in for it; throws MODEL where none can be used. */
  readonly present: () => ServedModel;
  /** Names the present model, cheaply: when it changes the model is opened anew. */
  readonly presentId: () => string | null;
  readonly onEngine: (modelId: string, engine: Engine) => void;
  /** Opens a model in onnxruntime, where that is not to be had rejects. */
  readonly openSession?: OpenSession;
  /** How long a look at which model is present holds, ms. */
  readonly lookEveryMs?: number;
  readonly nowMs: () => number;
}

const LOOK_EVERY_MS = 5_000;
/** A model that could not be used may have been mended; reading one is too much to do for every question. */
const TRY_AGAIN_MS = 30_000;

interface Opened {
  /** The present model's, whichever answers. */
  readonly id: string;
  readonly model: Promise<OpenModel>;
  /** When the present model is tried again; never where it is the one that answers. */
  retryAtMs: number;
}

/**
 * Serves the present risk model to whoever brings features. Nothing is loaded before the first question: onnxruntime
 * takes tens of megabytes that an installation without such questions should not spend.
 */
export class Predictor {
  readonly #options: PredictorOptions;
  #open: Opened | null = null;
  #engine: Engine | null = null;
  #lookedAtMs = -Infinity;

  constructor(options: PredictorOptions) {
    this.#options = options;
  }

  /** @throws DetourError MODEL where there is no model that can be used */
  async model(): Promise<OpenModel> {
    const { nowMs, presentId, lookEveryMs = LOOK_EVERY_MS } = this.#options;
    const now = nowMs();
    if (this.#open !== null && now - this.#lookedAtMs < lookEveryMs) return this.#open.model;
    this.#lookedAtMs = now;
    const id = presentId();
    if (id === null) throw noModel();
    if (this.#open?.id !== id || now >= this.#open.retryAtMs) this.#open = this.#opened(id, now);
    return this.#open.model;
  }

  async stop(): Promise<void> {
    this.#open = null;
    await this.#engine?.close();
    this.#engine = null;
  }

  #opened(id: string, nowMs: number): Opened {
    const opened: Opened = { id, model: this.#load(), retryAtMs: Infinity };
    const again = (): void => {
      opened.retryAtMs = nowMs + TRY_AGAIN_MS;
    };
    opened.model.then((model) => {
      if (model.id !== id) again();
    }, again);
    return opened;
  }

  async #load(): Promise<OpenModel> {
    const { id, featureNames, ensembles, readOnnx, tell } = this.#options.present();
    const engine = await openEngine(ensembles, featureNames.length, readOnnx, this.#options.openSession);
    const before = this.#engine;
    this.#engine = engine;
    this.#options.onEngine(id, engine);
    await before?.close();
    const coalescer = new Coalescer(featureNames.length, engine.run);
    return {
      ...{ id, engine: engine.name, tell },
      ...{ rows: new NamedRows(featureNames), scanner: new RowScanner(featureNames) },
      ask: (row) => coalescer.ask(row),
      askAll: (values, rowCount) => engine.run(values, rowCount),
    };
  }
}

export function noModel(): DetourError {
  return new DetourError('MODEL', 'there is no risk model', { hint: `train one with 'detour train'` });
}
