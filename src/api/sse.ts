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

/** The writing end of one client; a client that does not read is cut, so that memory stays bounded. */
export class StreamWriter {
  readonly #response: ServerResponse;
  readonly #maxBufferedBytes: number;
  /** Bytes of the snapshot that may still wait beyond the limit: a snapshot must get through whole. */
  #allowance = 0;

  constructor(response: ServerResponse, maxBufferedBytes: number) {
    this.#response = response;
    this.#maxBufferedBytes = maxBufferedBytes;
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
    this.#response.on('drain', () => {
      this.#allowance = 0;
    });
    // Tells the browser how long to wait before it connects again.
    this.#response.write('retry: 1000\n\n');
  }

  writeLarge(text: string): void {
    this.#allowance += Buffer.byteLength(text);
    this.write(text);
  }

  /** False when the client was cut. */
  write(text: string): boolean {
    if (!this.open) return false;
    this.#response.write(text);
    if (this.#response.writableLength <= this.#maxBufferedBytes + this.#allowance) return true;
    this.#response.destroy();
    return false;
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
}
