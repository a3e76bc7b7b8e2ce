import { authorization, noteAnswer } from '../service/token.ts';
import { type StreamMessage, StreamParser } from './sse.ts';

/** The server says something at least every 15 s, be it a comment; after this long the connection is dead. */
const SILENCE_MS = 25_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;

export interface ConnectionListener {
  /** The stream is open. */
  opened(): void;
  message(message: StreamMessage): void;
  /** The stream ended or could not be opened; another try follows. */
  lost(reason: string): void;
}

/** Keeps one event stream open until it is stopped, and goes on after the last message it saw. */
export class Connection {
  readonly #url: string;
  readonly #listener: ConnectionListener;
  readonly #random: () => number;
  readonly #stopping = new AbortController();
  #lastId: string | null = null;
  #failures = 0;

  constructor(url: string, listener: ConnectionListener, random: () => number = Math.random) {
    this.#url = url;
    this.#listener = listener;
    this.#random = random;
  }

  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const reason = await this.#readOnce().catch((error: unknown) => String(error));
      if (this.#stopping.signal.aborted) return;
      this.#listener.lost(reason);
      await this.#pause();
    }
  }

  /** Resolves with why the stream ended. */
  async #readOnce(): Promise<string> {
    const abort = new AbortController();
    const stop = () => abort.abort();
    this.#stopping.signal.addEventListener('abort', stop);
    let watchdog = setTimeout(stop, SILENCE_MS);
    const heard = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(stop, SILENCE_MS);
    };
    try {
      return await this.#read(abort.signal, heard);
    } finally {
      clearTimeout(watchdog);
      this.#stopping.signal.removeEventListener('abort', stop);
    }
  }

  async #read(signal: AbortSignal, heard: () => void): Promise<string> {
    const asked = authorization();
    const headers = {
      accept: 'text/event-stream',
      ...asked,
      ...(this.#lastId ? { 'last-event-id': this.#lastId } : {}),
    };
    const response = await fetch(this.#url, { signal, headers, cache: 'no-store' });
    noteAnswer(response.status, asked);
    if (!response.ok || !response.body) {
      void response.body?.cancel();
      // An id of another life of the service: begin again with a snapshot.
      if (response.status === 400) this.#lastId = null;
      return `the service answered ${response.status}`;
    }
    this.#listener.opened();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new StreamParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return 'the service closed the stream';
      heard();
      this.#failures = 0;
      for (const message of parser.push(value)) {
        this.#lastId = message.id ?? this.#lastId;
        this.#listener.message(message);
      }
    }
  }

  /** Longer after every failure, and never in step with other screens. */
  async #pause(): Promise<void> {
    const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures);
    this.#failures += 1;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, longest * (0.5 + this.#random() / 2));
      const now = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#stopping.signal.addEventListener('abort', now, { once: true });
      window.addEventListener('online', now, { once: true });
    });
  }
}
