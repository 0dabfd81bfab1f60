// GraphQL over Server-Sent Events, "distinct connections" mode: one operation, one answer that streams.

import { within } from './wait.mjs';

export class Stream {
  #reader;
  #stop;
  #text = '';

  /** Sends an operation; resolves once the server has begun its answer. */
  static async open(base, request, { token, milliseconds = 5_000 } = {}) {
    const stop = new AbortController();
    const answer = await within(
      milliseconds,
      'the head of an event stream',
      fetch(new URL('/graphql', base), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          ...(token && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(request),
        signal: stop.signal,
      }),
    ).catch((error) => {
      stop.abort();
      throw error;
    });
    const kind = answer.headers.get('content-type') ?? 'no content type';
    if (answer.status !== 200 || !/^text\/event-stream\b/.test(kind)) {
      const text = await within(milliseconds, 'a body', answer.text());
      throw new Error(`answered ${answer.status}, ${kind}: ${text.slice(0, 300)}`);
    }
    const stream = new Stream();
    stream.#reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    stream.#stop = stop;
    return stream;
  }

  /** The next event as `{ event, data }`, data parsed; null at the end. Comments, which keep a stream alive, are passed over. */
  async next(what, milliseconds = 5_000) {
    for (;;) {
      const block = /^([\s\S]*?)\r?\n\r?\n/.exec(this.#text);
      if (!block) {
        const { done, value } = await within(milliseconds, what, this.#reader.read());
        if (done) return null;
        this.#text += value;
        continue;
      }
      this.#text = this.#text.slice(block[0].length);
      const fields = { event: 'message', data: [] };
      for (const line of block[1].split(/\r?\n/)) {
        const [, name, value] = /^([^:]*):? ?(.*)$/.exec(line);
        if (name === 'data') fields.data.push(value);
        if (name === 'event') fields.event = value;
      }
      const data = fields.data.join('\n');
      if (fields.event !== 'message' || data !== '') return { event: fields.event, data: data === '' ? null : JSON.parse(data) };
    }
  }

  leave() {
    this.#reader.cancel().catch(() => {});
    this.#stop.abort();
  }
}
