import { pause } from '../src/core/pause.ts';

/** Runs `step` again and again until the signal ends it; an error is reported and followed by a pause. */
export async function repeat(signal: AbortSignal, onError: (error: unknown) => void, step: () => Promise<void>) {
  while (!signal.aborted) {
    try {
      await step();
    } catch (error) {
      if (signal.aborted) return;
      onError(error);
      await pause(1000, signal);
    }
  }
}
