/** Waits, or less when the signal ends it; never rejects. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

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
