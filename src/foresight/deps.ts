import type { NetworkIndex } from '../../topology/model.ts';
import type { Clock } from '../core/clock.ts';
import type { HistoryReader } from '../history/history.ts';
import type { EngineAnswers, EngineTask } from '../predict/live/prediction-engine.ts';
import type { ModelRegistry } from '../predict/registry/registry.ts';
import type { NewEvent } from '../store/events.ts';
import type { Store } from '../store/store.ts';

type TaskOf<Kind extends EngineTask['kind']> = Extract<EngineTask, { readonly kind: Kind }>;

/** The engine, in whatever thread it runs. */
export type RunEngine = <Kind extends EngineTask['kind']>(task: TaskOf<Kind>) => Promise<EngineAnswers[Kind]>;

/** What predicting in the service works with. */
export interface ForesightDeps {
  readonly network: NetworkIndex;
  readonly store: Store;
  readonly history: Pick<HistoryReader, 'range'>;
  readonly registry: Pick<ModelRegistry, 'pointers' | 'open' | 'shipped'>;
  readonly clock: Clock;
  readonly run: RunEngine;
  /** Tells people about models, the same thing not more than once an hour. */
  readonly tell: (said: Pick<NewEvent, 'severity' | 'cleared' | 'message' | 'details'>) => Promise<void>;
}

/** The first start makes up the past while rounds run already: so long after the first one, all of it is read each time. */
export const PAST_SETTLES_MS = 10 * 60_000;

/** The risk model whose chances are shown, or why there is none. */
export interface PresentModel {
  readonly id: string | null;
  readonly problem: string | null;
}
