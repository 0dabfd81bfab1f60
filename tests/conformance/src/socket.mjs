// A WebSocket whose every message is seen, for what a well-behaved client never sends.

import WebSocket from 'ws';

import { within } from './wait.mjs';

/** Time in which a server on the same machine has answered. */
export const SOON = 5_000;

/** The sub-protocol. */
const PROTOCOL = 'graphql-transport-ws';

/** Sockets that are open, so that none outlives its check. */
const open = new Set();

export class Socket {
  #socket;
  #arrived = [];
  #wake = () => {};
  #opened = Date.now();

  constructor(base, { protocols = [PROTOCOL], headers = {} } = {}) {
    const url = new URL('/graphql', base);
    url.protocol = url.protocol.replace('http', 'ws');
    // The library gives a connection up whose server chose none of its sub-protocols, before the close code
    // arrives; so those that must not be chosen are offered behind its back.
    const known = protocols.includes(PROTOCOL);
    const offered = known || protocols.length === 0 ? {} : { 'sec-websocket-protocol': protocols.join(', ') };
    this.#socket = new WebSocket(url, known ? protocols : [], { headers: { ...offered, ...headers } });
    open.add(this);
    this.ready = new Promise((resolve, reject) => {
      this.#socket.on('open', resolve);
      this.#socket.on('error', reject);
    });
    this.ready.catch(() => {});
    this.#socket.on('message', (data, isBinary) => this.#arrive(isBinary ? { binary: data.length } : parsed(data)));
    this.#socket.on('close', (code, reason) => {
      this.#arrive({ closed: code, reason: String(reason), after: Date.now() - this.#opened });
    });
  }

  #arrive(message) {
    this.#arrived.push(message);
    this.#wake();
  }

  /** The sub-protocol that the server chose. */
  get protocol() {
    return this.#socket.protocol;
  }

  /** Sends a message; a text or bytes go as they are. */
  send(...messages) {
    for (const message of messages) {
      this.#socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
    }
  }

  /** The next message, or `{ closed, reason, after }` at the end. */
  async next(what, milliseconds = SOON) {
    if (this.#arrived.length === 0) await within(milliseconds, what, new Promise((resolve) => (this.#wake = resolve)));
    return this.#arrived.shift();
  }

  /** How the server ended the connection, and what it sent before. */
  async end(milliseconds = SOON) {
    const before = [];
    for (;;) {
      const shown = before.length > 0 ? ` (after ${JSON.stringify(before).slice(0, 300)})` : '';
      const message = await this.next(`waiting for the server to close${shown}`, milliseconds);
      if ('closed' in message) return { ...message, before };
      before.push(message);
    }
  }

  /**
   * What arrived for the operations so far. The server reads messages in their order, so whatever it had to
   * say at once stands before the answer to a ping.
   */
  async sofar() {
    this.send({ type: 'ping' });
    const before = [];
    for (;;) {
      const message = await this.next(`pong (after ${JSON.stringify(before).slice(0, 300)})`);
      if (message.type === 'pong') return before;
      before.push(message);
      if ('closed' in message) return before;
    }
  }

  leave() {
    open.delete(this);
    this.#socket.on('error', () => {});
    this.#socket.terminate();
  }
}

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch {
    return { text: String(data) };
  }
}

/** An open socket, initialised unless `init` is null. */
export async function connect(base, { init = {}, ...options } = {}) {
  const socket = new Socket(base, options);
  await within(SOON, 'opening a socket', socket.ready);
  if (init !== null) {
    socket.send({ type: 'connection_init', ...init });
    const answer = await socket.next('connection_ack');
    if (answer.type !== 'connection_ack') throw new Error(`connection_init was answered ${JSON.stringify(answer)}`);
  }
  return socket;
}

/** Ends the sockets that a check left open. */
export function leaveAll() {
  for (const socket of open) socket.leave();
}
