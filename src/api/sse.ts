import type { ServerResponse } from 'node:http';

export { isStreamId as isEventId } from '../store/stream-id.ts';

/** One frame of an event stream (WHATWG HTML, server-sent events); data goes as one line of JSON. */
export function frame(event: string, id: string | null, data: unknown): string {
  const idLine = id === null ? '' : `id: ${id}\n`;
  return `${idLine}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** What a socket takes at once; less than this waits for nobody. */
const DRAINED_BYTES = 64 * 1024;

export const KEEP_ALIVE = ': keep-alive\n\n';

/** The writing end of one client. Whoever writes looks first whether what was written has left. */
export class StreamWriter {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get open(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded;
  }

  /** True when (nearly) all that was written has left. */
  get isDrained(): boolean {
    return this.#response.writableLength < DRAINED_BYTES;
  }

  /** Sends the head of the stream. */
  begin(): void {
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Proxies that collect answers would hold events back.
      'x-accel-buffering': 'no',
    });
    // Tells the browser how long to wait before it connects again.
    this.#response.write('retry: 1000\n\n');
  }

  write(text: string): void {
    if (this.open && text !== '') this.#response.write(text);
  }

  end(): void {
    if (this.open) this.#response.end();
  }

  cut(): void {
    this.#response.destroy();
  }

  onClose(listener: () => void): void {
    this.#response.on('close', listener);
  }

  /** Calls back when the client has read what it was sent. */
  onDrain(listener: () => void): void {
    this.#response.on('drain', listener);
  }
}
