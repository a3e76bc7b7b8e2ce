const WIDTH = 28;
const EVERY_MS = 100;

export interface ProgressBar {
  /** `done` 0..1. */
  show(stage: string, done: number): void;
  end(): void;
}

/** A bar on standard error where a person looks at it; else a line for each new stage. */
export function progressBar(stream: NodeJS.WriteStream = process.stderr, nowMs = () => performance.now()): ProgressBar {
  let stageBefore = '';
  let shownAtMs = -Infinity;
  let isOpen = false;
  const line = (stage: string, done: number): void => {
    const filled = Math.round(Math.min(1, Math.max(0, done)) * WIDTH);
    const bar = `${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}`;
    stream.write(`\r[${bar}] ${String(Math.round(done * 100)).padStart(3)} %  ${stage.slice(0, 60).padEnd(60)}`);
    isOpen = true;
  };
  return {
    show: (stage, done) => {
      if (!stream.isTTY) {
        if (stage !== stageBefore) stream.write(`${stage}\n`);
      } else if (stage !== stageBefore || nowMs() - shownAtMs >= EVERY_MS) {
        shownAtMs = nowMs();
        line(stage, done);
      }
      stageBefore = stage;
    },
    end: () => {
      if (isOpen) stream.write('\n');
      isOpen = false;
    },
  };
}
