import { createContext, useContext, useSyncExternalStore } from 'react';
import type { LinkView } from '../../api/schemas/screen.ts';
import type { LiveState } from './state.ts';

/** Where the picture of the network comes from: the live store, or one moment of it that stands still. */
export interface LiveSource {
  readonly get: () => LiveState;
  /** Calls back after a change; returns how to stop. */
  readonly subscribe: (listener: () => void) => () => void;
}

export const LiveContext = createContext<LiveSource | null>(null);

/** The store itself, for canvases that draw without React. */
export function useLiveStore(): LiveSource {
  const store = useContext(LiveContext);
  if (!store) throw new Error('there is no live store above this component');
  return store;
}

/** A part of the live state. `select` must give the same object while nothing it reads has changed. */
export function useLive<T>(select: (state: LiveState) => T): T {
  const store = useLiveStore();
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}

/** One link; null while it is not known. */
export function useLiveLink(id: string | null): LinkView | null {
  return useLive(({ links, indexById }) => links[indexById.get(id ?? '') ?? -1] ?? null);
}
