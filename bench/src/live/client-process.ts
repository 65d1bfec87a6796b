import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { serveParent } from '../child.js';
import { EVENT } from './event.js';

// The process of those who listen and those who want an echo.

/** What it can be told; the answer is what came in. */
export type ClientCommand =
  | { readonly do: 'open sockets'; readonly port: number; readonly count: number }
  | { readonly do: 'echo'; readonly ms: number }
  | { readonly do: 'open events'; readonly port: number; readonly count: number }
  /** Waits until every listener has had this many events more. */
  | { readonly do: 'await events'; readonly events: number }
  | { readonly do: 'close' };

/** What came in, and how long it took. */
export interface ClientResult {
  readonly count: number;
  readonly ms: number;
}

const MESSAGE = Buffer.from(JSON.stringify({ id: 42, text: 'an order of the usual size', isPaid: true }));
const SILENCE_MS = 10_000;
const NOTHING: ClientResult = { count: 0, ms: 0 };

let sockets: readonly WebSocket[] = [];
let listeners: readonly Listener[] = [];

serveParent<ClientCommand, ClientResult>(async (command) => {
  switch (command.do) {
    case 'open sockets':
      sockets = await Promise.all(Array.from({ length: command.count }, () => openSocket(command.port)));
      return NOTHING;
    case 'echo':
      return timed(async () => {
        const deadline = performance.now() + command.ms;
        const counts = await Promise.all(sockets.map((socket) => echo(socket, deadline)));
        return counts.reduce((sum, count) => sum + count, 0);
      });
    case 'open events':
      listeners = await Promise.all(Array.from({ length: command.count }, () => Listener.open(command.port)));
      return NOTHING;
    case 'await events':
      return timed(async () => {
        await Promise.all(listeners.map((listener) => listener.next(command.events)));
        return command.events * listeners.length;
      });
    case 'close':
      for (const socket of sockets) socket.terminate();
      for (const listener of listeners) listener.close();
      sockets = [];
      listeners = [];
      return NOTHING;
  }
});

async function timed(run: () => Promise<number>): Promise<ClientResult> {
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('an echo or an event stayed out')), SILENCE_MS);
  });
  try {
    const count = await Promise.race([run(), silence]);
    return { count, ms: performance.now() - startedAt };
  } finally {
    clearTimeout(timer);
  }
}

function openSocket(port: number): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/echo`, { perMessageDeflate: false });
    socket.once('open', () => resolve(socket)).once('error', reject);
  });
}

/** Sends again as soon as the echo is there, and compares every one. */
function echo(socket: WebSocket, deadline: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let count = 0;
    const settle = (): void => {
      socket.off('message', onMessage).off('close', onClose);
    };
    const onClose = (): void => reject(new Error('the server closed a WebSocket'));
    const onMessage = (data: Buffer): void => {
      if (!MESSAGE.equals(data)) return reject(new Error('an echo differs from what was sent'));
      count += 1;
      if (performance.now() < deadline) return socket.send(MESSAGE);
      settle();
      resolve(count);
    };
    socket.on('message', onMessage).on('close', onClose);
    socket.send(MESSAGE);
  });
}

/** One who listens to events, on a raw socket: hundreds of real parsers would cost more than the server. */
class Listener {
  readonly #socket: Socket;
  #missing = 0;
  #text = '';
  #settle: { resolve(): void; reject(error: Error): void } | undefined;

  static open(port: number): Promise<Listener> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('error', reject);
      socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n');
      let head = '';
      socket.on('data', function read(chunk: Buffer) {
        head += chunk.toString('latin1');
        if (!head.includes('welcome\n\n')) return;
        socket.off('data', read);
        if (head.startsWith('HTTP/1.1 200') && /\r\ncontent-type: text\/event-stream/i.test(head)) {
          resolve(new Listener(socket));
        } else reject(new Error(`a listener was answered ${head}`));
      });
    });
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('close', () => this.#settle?.reject(new Error('the server closed a stream of events')));
  }

  /** Resolves when so many events have come. They may come before they are awaited. */
  next(events: number): Promise<void> {
    this.#missing += events;
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#check();
    });
  }

  close(): void {
    this.#settle = undefined;
    this.#socket.destroy();
  }

  /** Only whole events count: what stands between them are lengths of chunks. */
  #read(chunk: Buffer): void {
    this.#text += chunk.toString('latin1');
    let from = 0;
    for (let at = this.#text.indexOf(EVENT); at !== -1; at = this.#text.indexOf(EVENT, from)) {
      from = at + EVENT.length;
      this.#missing -= 1;
    }
    this.#text = this.#text.slice(from);
    this.#check();
  }

  #check(): void {
    if (this.#missing > 0) return;
    this.#settle?.resolve();
    this.#settle = undefined;
  }
}
