import { createHook } from 'node:async_hooks';
import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { fromNode, lint, type Server } from 'viaduct';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openServer } from '../conformance/opened-server.js';
import { LOCALHOST, TRUSTED } from '../tls/certificates.js';
import { traceRequests } from './traced.js';

/** The shortest timeout that is not set at once. */
const KEPT_MS = 10_000;
/** Answers `/late` later than an idle connection is kept: some versions of Node keep it a second longer. */
const late = lint({
  async fetch({ url }: Request) {
    if (url.endsWith('/late')) await delay(KEPT_MS + 2_000);
    return new Response('hello');
  },
});
const hello = lint({ fetch: () => new Response('hello') });

it('closes a connection that has been idle for keepAliveTimeoutMs, not before, and no other', async () => {
  const kinds = [{}, { tls: LOCALHOST }, { tls: LOCALHOST, http2: true }];
  await Promise.all(
    kinds.map(async (options) => {
      const { server } = await openServer(late, { ...options, keepAliveTimeoutMs: KEPT_MS });
      const [idle, used, waiting] = await Promise.all([dial(server), dial(server), dial(server)]);
      const begin = performance.now();
      const closed = once(idle, 'close').then(() => performance.now() - begin);
      await ask(idle);
      const answered = ask(waiting)
        .then(() => delay(1_500))
        .then(() => ask(waiting, '/late'));
      for (let asked = 0; asked < 4; asked += 1) {
        await ask(used);
        await delay(KEPT_MS / 3);
      }
      // The millisecond by which Node's timers may be early.
      expect(await closed).toBeGreaterThan(KEPT_MS - 2);
      expect(used.destroyed).toBe(false);
      await ask(used);
      await answered;
    }),
  );
}, 40_000);

it('makes no timer for each request', async () => {
  const { server } = await openServer({ fetch: () => new Response('hello') });
  const client = await dial(server);
  const made = countTimers();
  for (let asked = 0; asked < 200; asked += 1) await ask(client);
  expect(made()).toBeLessThan(100);
});

it('keeps of a timeout what Node keeps of it', async () => {
  const { server } = await openServer(hello);
  const plain = new Socket();
  const ours = await acceptedBy(server);
  const call = (): void => undefined;
  for (const set of [
    (socket: Socket) => socket.setTimeout(KEPT_MS),
    (socket: Socket) => socket.setTimeout(0),
    (socket: Socket) => socket.setTimeout(KEPT_MS, call),
    (socket: Socket) => socket.setTimeout(0, call),
    (socket: Socket) => socket.setTimeout(500),
    (socket: Socket) => socket.setTimeout(KEPT_MS),
    (socket: Socket) => socket.setTimeout(0),
    (socket: Socket) => socket.setTimeout(-1),
    (socket: Socket) => socket.setTimeout(Infinity),
    (socket: Socket) => socket.setTimeout(String(KEPT_MS) as unknown as number),
    (socket: Socket) => socket.setTimeout(KEPT_MS, 'call' as unknown as () => void),
  ]) {
    expect(outcomeOf(ours, set)).toEqual(outcomeOf(plain, set));
  }

  function outcomeOf(socket: Socket, set: (socket: Socket) => unknown): object {
    try {
      const isItself = set(socket) === socket;
      return { isItself, timeout: socket.timeout, isCalled: socket.listeners('timeout').includes(call) };
    } catch (error) {
      return { error: String(error), timeout: socket.timeout };
    }
  }
});

it('sets at once a timeout that is short, and one that somebody is called back for', async () => {
  const { server } = await openServer(hello);
  for (const set of [
    (socket: Socket) => socket.setTimeout(KEPT_MS - 1),
    (socket: Socket) => socket.setTimeout(KEPT_MS, () => undefined),
  ]) {
    const socket = await acceptedBy(server);
    const made = countTimers();
    set(socket);
    expect(made()).toBe(1);
  }
});

it('a timeout that Node refuses leaves what was set before, and nothing that cannot be ended', async () => {
  const { server } = await openServer(hello);
  const socket = await acceptedBy(server);
  const ended = vi.fn<() => void>();
  socket.on('timeout', ended);
  const made = countTimers();
  socket.setTimeout(KEPT_MS);
  expect(() => socket.setTimeout(-1)).toThrow('msecs');
  expect(made()).toBeGreaterThan(0);
  socket.setTimeout(0);
  // Node sets the timer before it looks at the callback.
  expect(() => socket.setTimeout(200, 'call' as unknown as () => void)).toThrow('callback');
  socket.setTimeout(0);
  // For longer than a timeout that was noted waits.
  await delay(1_500);
  expect(ended).not.toHaveBeenCalled();
});

it('does not end the process for a wrong timeout of an application, set where one was noted', async () => {
  const application = fromNode(async ({ socket }, response) => {
    expect(() => socket.setTimeout(-1)).toThrow('msecs');
    // For longer than a timeout that was noted waits: what is thrown then, nobody catches, and fails the run.
    await delay(1_500);
    response.end('hello');
  });
  const { server } = await openServer(application);
  const accepted = once(server.httpServer, 'connection') as Promise<[Socket]>;
  const client = await dial(server);
  (await accepted)[0].setTimeout(KEPT_MS);
  await ask(client);
});

it('a short timeout that an application has left behind is not that of the idle connection', async () => {
  const application = fromNode((request, response) => {
    request.socket.setTimeout(200);
    response.end('hello');
  });
  const { server } = await openServer(application);
  const client = await dial(server);
  await ask(client);
  await delay(600);
  await ask(client);
  expect(client.destroyed).toBe(false);
});

it('tells of a timeout that an application sets, outside all requests: not in one that came before', async () => {
  const application = fromNode((request) => void request.socket.setTimeout(KEPT_MS));
  const { server } = await openServer(application);
  const requests = traceRequests(server);
  const seen: (string | undefined)[] = [];
  server.httpServer.on('timeout', (socket: Socket) => {
    seen.push(requests.getStore());
    socket.destroy();
  });
  const clients = await Promise.all([dial(server), dial(server)]);
  for (const client of clients) client.write(getOf('/'));
  await Promise.all(clients.map((client) => once(client, 'close')));
  expect(seen).toEqual([undefined, undefined]);
}, 40_000);

it('leaves a connection that is no socket the timeouts of its own', async () => {
  const { server } = await openServer(hello);
  const own = (): void => undefined;
  const connection = Object.assign(new PassThrough(), { setTimeout: own });
  server.httpServer.emit('connection', connection);
  expect(connection.setTimeout).toBe(own);
});

/** A client's end of a connection, of HTTP/1.1. */
async function dial({ port, url }: Server): Promise<Socket> {
  const isSecure = url.startsWith('https:');
  const client = isSecure
    ? connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: TRUSTED })
    : connect(port, '127.0.0.1');
  client.on('error', () => undefined).resume();
  onTestFinished(() => void client.destroy());
  await once(client, isSecure ? 'secureConnect' : 'connect');
  return client;
}

/** The server's end of a new connection. */
async function acceptedBy(server: Server): Promise<Socket> {
  const accepted = once(server.httpServer, 'connection') as Promise<[Socket]>;
  await dial(server);
  return (await accepted)[0];
}

async function ask(client: Socket, path = '/'): Promise<void> {
  const answered = once(client, 'data');
  client.write(getOf(path));
  expect(String((await answered)[0])).toContain('200 OK');
}

function getOf(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: h.test\r\n\r\n`;
}

/** Tells how many timers have been made since. */
function countTimers(): () => number {
  let count = 0;
  const hook = createHook({
    init(_id, type) {
      if (type === 'Timeout') count += 1;
    },
  }).enable();
  onTestFinished(() => void hook.disable());
  return () => count;
}
