/** One message of an event stream (WHATWG HTML, server-sent events). */
export interface StreamMessage {
  readonly event: string;
  /** Id of the last message that had one. */
  readonly id: string | null;
  readonly data: string;
}

/**
 * Takes a stream apart as it arrives. Unlike EventSource this one is fed by `fetch`, which can send `Last-Event-ID`
 * after any kind of failure and notices keep-alive comments: silence tells that a connection is dead.
 */
export class StreamParser {
  #rest = '';
  #event = '';
  #data: string[] = [];
  #id: string | null = null;

  /** Messages that are complete with this piece. */
  push(piece: string): StreamMessage[] {
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    const messages: StreamMessage[] = [];
    for (const line of lines) {
      const message = this.#line(line);
      if (message) messages.push(message);
    }
    return messages;
  }

  #line(line: string): StreamMessage | null {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#event = value;
    if (field === 'data') this.#data.push(value);
    if (field === 'id' && !value.includes('\0')) this.#id = value;
    return null;
  }

  #dispatch(): StreamMessage | null {
    const message = { event: this.#event || 'message', id: this.#id, data: this.#data.join('\n') };
    const isEmpty = this.#data.length === 0;
    this.#event = '';
    this.#data = [];
    return isEmpty ? null : message;
  }
}
