import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What became of the requests of a load. Nothing is ever sent twice: every kind of failure is counted. */
export interface Tally {
  answered: number;
  /** Answers by body. */
  readonly bodies: Map<string, number>;
  /** Another status than 200. */
  wrongStatus: number;
  /** No connection. */
  refused: number;
  /** The connection broke while it was made, or before a byte of the answer to its first request. */
  dropped: number;
  /** The connection broke before a byte of the answer to a later request: a client may send it again. */
  droppedOnReuse: number;
  /** The connection broke in the middle of an answer. */
  cut: number;
  /** No answer for 10 s. */
  unanswered: number;
}

export interface Load {
  readonly tally: Tally;
  /** Settles when every client has ended. */
  readonly ended: Promise<Tally>;
  /** Lets the requests under way end. */
  stop(): Promise<Tally>;
  /** Resolves when so many requests have been answered. */
  reached(answered: number): Promise<void>;
}

const PATIENCE_MS = 10_000;

/** All kinds of failure together. */
export function failures({ wrongStatus, refused, dropped, droppedOnReuse, cut, unanswered }: Tally): number {
  return wrongStatus + refused + dropped + droppedOnReuse + cut + unanswered;
}

/**
 * Keeps so many connections busy with one request after the other, and opens a new one whenever one is closed.
 *
 * @param untilRefused A client ends when its connection has been closed by an answer: what a stopping server does.
 */
export function startLoad(
  address: NetConnectOpts,
  connections: number,
  options: { path?: string; untilClosed?: boolean } = {},
): Load {
  const { path = '/', untilClosed = false } = options;
  const tally: Tally = {
    answered: 0,
    bodies: new Map(),
    wrongStatus: 0,
    refused: 0,
    dropped: 0,
    droppedOnReuse: 0,
    cut: 0,
    unanswered: 0,
  };
  let isStopped = false;
  const waiting: { answered: number; resolve: () => void }[] = [];

  async function runClient(): Promise<void> {
    while (!isStopped) {
      const wasClosed = await runConnection();
      if (wasClosed && untilClosed) return;
    }
  }

  /** @returns Whether the server has said that the connection ends. */
  async function runConnection(): Promise<boolean> {
    const socket = await open(address);
    if (typeof socket === 'string') {
      if (socket === 'ECONNREFUSED') tally.refused += 1;
      else tally.dropped += 1;
      await delay(5);
      return false;
    }
    try {
      for (let count = 0; !isStopped; count += 1) {
        const answer = await exchange(socket, path);
        if (typeof answer === 'string') {
          if (answer === 'nothing') tally[count === 0 ? 'dropped' : 'droppedOnReuse'] += 1;
          else tally[answer] += 1;
          return false;
        }
        count200(answer);
        if (answer.isLast) return true;
      }
      return false;
    } finally {
      socket.destroy();
    }
  }

  function count200({ status, body }: Answer): void {
    if (status !== 200) tally.wrongStatus += 1;
    else tally.answered += 1;
    tally.bodies.set(body, (tally.bodies.get(body) ?? 0) + 1);
    for (const { answered, resolve } of waiting) if (tally.answered >= answered) resolve();
  }

  const clients = Promise.all(Array.from({ length: connections }, runClient));
  const ended = clients.then(() => tally);
  return {
    tally,
    ended,
    async stop() {
      isStopped = true;
      return ended;
    },
    reached: (answered) =>
      new Promise((resolve) => {
        if (tally.answered >= answered) resolve();
        else waiting.push({ answered, resolve });
      }),
  };
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** It said `Connection: close`. */
  readonly isLast: boolean;
}

function open(address: NetConnectOpts): Promise<Socket | string> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.setNoDelay(true);
    socket.once('connect', () => resolve(socket));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'error'));
  });
}

/** Sends one request and reads its answer, framed by Content-Length. */
export function exchange(socket: Socket, path: string): Promise<Answer | 'nothing' | 'cut' | 'unanswered'> {
  return new Promise((resolve) => {
    let received = '';
    const timer = setTimeout(() => settle('unanswered'), PATIENCE_MS);

    function settle(outcome: Answer | 'nothing' | 'cut' | 'unanswered'): void {
      clearTimeout(timer);
      socket.off('data', read);
      socket.off('close', close);
      resolve(outcome);
    }

    function read(chunk: Buffer): void {
      received += chunk.toString('latin1');
      const answer = parse(received);
      if (answer !== undefined) settle(answer);
    }

    function close(): void {
      settle(received === '' ? 'nothing' : 'cut');
    }

    if (socket.destroyed) {
      settle('nothing');
      return;
    }
    socket.on('data', read);
    socket.once('close', close);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  });
}

function parse(received: string): Answer | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = received.slice(0, end);
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1]);
  const body = received.slice(end + 4);
  if (body.length < length) return undefined;
  return { status: Number(head.slice(9, 12)), body, isLast: /^connection: close/im.test(head) };
}
