import type { Connection } from '../../../conformance/connection.js';
import { valuesOf, type WireResponse } from '../../../conformance/wire-response.js';
import { piece, PIECES, tally } from '../gateway/reply.js';

/** A request to which there is one right answer. */
export interface Question {
  readonly id: string;
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly target: string;
  readonly upload: Buffer;
  /** The body of the right answer. */
  readonly body: Buffer;
}

/** The routes of every application that answers. */
export const ROUTES = ['echo', 'later', 'sum', 'stream'] as const;
export type Route = (typeof ROUTES)[number];

export function createQuestion(
  mount: string,
  route: Route,
  id: string,
  upload: Buffer = Buffer.from(id),
): Question {
  const target = `${mount}/${route}/${id}`;
  const none = Buffer.alloc(0);
  switch (route) {
    case 'sum':
      return { id, method: 'POST', target, upload, body: Buffer.from(`${id} ${tally([upload])}`) };
    case 'stream':
      return {
        id,
        method: 'GET',
        target,
        upload: none,
        body: Buffer.concat(Array.from({ length: PIECES }, () => piece(id))),
      };
    default:
      return { id, method: 'GET', target, upload: none, body: Buffer.from(id) };
  }
}

/** The request's bytes, head and body. */
export function bytesOf({ method, target, upload }: Question): Buffer {
  const length = method === 'POST' ? `Content-Length: ${upload.length}\r\n` : '';
  return Buffer.concat([
    Buffer.from(`${method} ${target} HTTP/1.1\r\nHost: faults.test\r\n${length}\r\n`),
    upload,
  ]);
}

/** A promise to a client that was broken. */
export class BrokenPromise extends Error {
  /** Whether what came belongs to another request: the worst of all. */
  readonly isForeign: boolean;

  constructor(message: string, isForeign = false) {
    super(message);
    this.isForeign = isForeign;
  }
}

/** @throws {BrokenPromise} When the answer is not the one to the question. */
export function check(response: WireResponse, { id, target, body }: Question): void {
  const ids = valuesOf(response, 'x-id');
  const isForeign = ids.some((value) => value !== id);
  if (response.status === 200 && ids.length === 1 && !isForeign && response.body.equals(body)) return;
  const got = `${response.status} x-id=${ids.join()} ${response.body.length} bytes: ${response.body.toString('latin1', 0, 80)}`;
  throw new BrokenPromise(`${target} was answered with ${got}`, isForeign);
}

/** How long an answer may take before it counts as lost; long, for machines that are busy with other things. */
const PATIENCE_MS = 20_000;

/** @throws {BrokenPromise} When the answer stays out. */
export async function answerTo(connection: Connection, question: Question): Promise<WireResponse> {
  return within(connection.read(question.method), `${question.target} was not answered`);
}

export async function within<Value>(promise: Promise<Value>, otherwise: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const lost = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BrokenPromise(otherwise)), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, lost]);
  } catch (error) {
    throw error instanceof BrokenPromise
      ? error
      : new BrokenPromise(`${otherwise}: ${(error as Error).message}`);
  } finally {
    clearTimeout(timer);
  }
}
