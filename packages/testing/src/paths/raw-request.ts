import { connect } from 'node:net';
import type { PathCase } from './corpus.js';

/** Where the server under test listens. */
export interface Address {
  readonly port: number;
  readonly host: string;
  readonly timeoutMs: number;
}

/** The head of an answer, or why there is none. */
export interface RawAnswer {
  readonly status: number;
  /** By name in lower case; of several, the first. */
  readonly headers: ReadonlyMap<string, string>;
  readonly end: 'answer' | 'closed' | 'silent';
}

/** The bytes of a case's request; nothing in it is made valid. */
export function bytesOf(pathCase: PathCase, extraLines: readonly string[]): Buffer {
  const { method = 'GET', version = '1.1', headers = ['Host: corpus.test'], padding = 0 } = pathCase;
  const target = pathCase.target + 'x'.repeat(padding);
  const lines = [...headers, ...extraLines, 'Connection: close'].map((line) => `${line}\r\n`);
  return Buffer.from(`${method} ${target} HTTP/${version}\r\n${lines.join('')}\r\n`, 'latin1');
}

/** Sends bytes on a connection of their own, and reads the head of the first answer that is not interim. */
export function sendRaw(bytes: Uint8Array, { port, host, timeoutMs }: Address): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    let received = '';
    const finish = (end: 'closed' | 'silent'): void => {
      socket.destroy();
      resolve({ status: 0, headers: new Map(), end });
    };
    const timer = setTimeout(() => finish('silent'), timeoutMs);
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      received += chunk;
      const answer = readHead(received);
      if (answer === undefined) return;
      socket.destroy();
      resolve(answer);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      finish('closed');
    });
    socket.write(bytes);
  });
}

function readHead(received: string): RawAnswer | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [first = '', ...lines] = received.slice(0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? 0);
  if (status >= 100 && status < 200 && status !== 101) return readHead(received.slice(end + 4));
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (!headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
  }
  return { status, headers, end: 'answer' };
}
