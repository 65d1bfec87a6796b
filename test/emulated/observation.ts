import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { emulate } from '../../packages/node/dist/emulated/exchange.js';

/** A handler that may leave notes of what it saw. */
export type NotingHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  note: (text: string) => void,
) => unknown;

export interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** What a client and a handler saw of one exchange. */
export interface Observation {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly string[];
  readonly body: string;
  readonly notes: readonly string[];
}

const REQUEST_EVENTS = ['aborted', 'end', 'error', 'close'];
const RESPONSE_EVENTS = ['prefinish', 'finish', 'close', 'error', 'pipe', 'unpipe', 'drain'];
/** What a connection has and an exchange has not, or what differs with the time of day. */
const LEFT_OUT = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding', 'trailer', 'upgrade']);

/** Lets a handler's exchange be watched from within: resolves when request and response are closed. */
function noting(handler: NotingHandler, notes: string[], isQuiet: boolean): [RequestListener, Promise<void>] {
  let isOver: () => void;
  const over = new Promise<void>((resolve) => (isOver = resolve));
  function listener(req: IncomingMessage, res: ServerResponse): unknown {
    const note = (text: string): void => void notes.push(text);
    if (isQuiet) {
      res.on('error', () => undefined);
      res.on('close', () => isOver());
    } else {
      for (const event of REQUEST_EVENTS) req.on(event, () => note(`req ${event}`));
      for (const event of RESPONSE_EVENTS) res.on(event, () => note(`res ${event}`));
      let open = 2;
      const closed = (): void => {
        open -= 1;
        if (open === 0) isOver();
      };
      req.on('close', closed);
      res.on('close', closed);
    }
    return handler(req, res, note);
  }
  return [listener as RequestListener, over];
}

export async function observeReal(
  handler: NotingHandler,
  sent: Sent,
  isQuiet: boolean,
): Promise<Observation> {
  const notes: string[] = [];
  const [listener, over] = noting(handler, notes, isQuiet);
  const server = createServer(listener).listen(0);
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const headers = { ...sent.headers, host: 'a.test' };
    const { method = 'GET', path = '/' } = sent;
    const outgoing = httpRequest({ port, method, path, headers, agent: false });
    outgoing.end(sent.body);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    const body = await readAll(incoming);
    await settled(over);
    const pairs: [string, string][] = [];
    for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
      pairs.push([incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '']);
    }
    const { statusCode = 0, statusMessage = '' } = incoming;
    return {
      status: statusCode,
      reason: statusMessage,
      headers: normal(pairs),
      body,
      notes: onceEach(notes),
    };
  } finally {
    server.close();
  }
}

export async function observeEmulated(
  handler: NotingHandler,
  sent: Sent,
  isQuiet: boolean,
): Promise<Observation> {
  const notes: string[] = [];
  const [listener, over] = noting(handler, notes, isQuiet);
  const { method = 'GET', path = '/', headers = {}, body } = sent;
  const init: RequestInit = { method, headers };
  if (body !== undefined) init.body = body;
  const request = new Request(`http://a.test${path}`, init);
  const response = await emulate(listener, request, { url: path, method });
  const bytes = Buffer.from(await response.arrayBuffer());
  await settled(over);
  return {
    status: response.status,
    reason: response.statusText,
    headers: normal([...response.headers]),
    body: bytes.toString('latin1'),
    notes: onceEach(notes),
  };
}

/** What follows from the end, such as the callback of a pipeline, comes a few turns of the loop later. */
async function settled(over: Promise<void>): Promise<void> {
  await over;
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** How often a body drains is a matter of the sizes of buffers. */
function onceEach(notes: readonly string[]): string[] {
  return notes.filter((note, index) => note !== 'res drain' || notes[index - 1] !== note);
}

async function readAll(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}

/** Lines in the order of their names; several of one name as the web joins them, but for `set-cookie`. */
function normal(pairs: readonly (readonly [string, string])[]): string[] {
  const joined = new Map<string, string>();
  const cookies: string[] = [];
  for (const [given, value] of pairs) {
    const name = given.toLowerCase();
    if (LEFT_OUT.has(name)) continue;
    if (name === 'set-cookie') cookies.push(`set-cookie: ${value.trim()}`);
    else joined.set(name, joined.has(name) ? `${joined.get(name)}, ${value.trim()}` : value.trim());
  }
  return [...[...joined].map(([name, value]) => `${name}: ${value}`).toSorted(), ...cookies];
}
