import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import websocket from '@fastify/websocket';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import {
  type Application,
  contextOf,
  createDispatcher,
  fromNode,
  type Guards,
  serve,
  type Server,
  withHooks,
} from 'viaduct';
import { WebSocket, WebSocketServer } from 'ws';
import { afterEach, describe, expect, it, vi } from 'vitest';

let server: Server | undefined;
const errors: unknown[] = [];
afterEach(async () => {
  server?.httpServer.closeAllConnections();
  await server?.close();
  errors.length = 0;
});

/** Echoes what it hears, behind the name of the app and where the request says it is. */
function fastifyApp(): Application {
  const app = fastify();
  void app.register(websocket);
  void app.register(async (routes) => {
    routes.get('/ws', { websocket: true }, (socket, request) => {
      const { basePath, path, state } = contextOf(request.raw);
      socket.on('message', (data: Buffer) =>
        socket.send(`fastify ${basePath} ${path} ${String(state.user)} ${request.url} ${data.toString()}`),
      );
    });
  });
  app.get('/', async () => 'plain');
  return fromFastify(app);
}

/** A Koa app whose WebSocket server is attached to an HTTP server of its own, with its own path. */
function koaApp(): Application {
  const app = new Koa();
  app.use((ctx) => {
    ctx.body = 'plain';
  });
  const own = createServer(app.callback());
  const sockets = new WebSocketServer({ server: own, path: '/ws' });
  sockets.on('connection', (socket, request) => {
    const { basePath, path, state } = contextOf(request);
    socket.on('message', (data: Buffer) =>
      socket.send(`koa ${basePath} ${path} ${String(state.user)} ${request.url} ${data.toString()}`),
    );
  });
  return fromKoa(app, { server: own });
}

function noServerApp(): Application {
  const sockets = new WebSocketServer({ noServer: true });
  return fromKoa(new Koa(), {
    upgrade: (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.on('message', (data: Buffer) => client.send(`noServer ${request.url} ${data.toString()}`));
      }),
  });
}

/** A server of node:http with a WebSocket server attached, as programs are that know no framework. */
function serverApp(): Application {
  const own = createServer((request, response) => response.end(`plain ${request.url}`));
  new WebSocketServer({ server: own }).on('connection', (socket, request) =>
    socket.on('message', (data: Buffer) => socket.send(`server ${request.url} ${data.toString()}`)),
  );
  return fromNode(own);
}

async function listen(guards: Guards = {}, options: Parameters<typeof serve>[1] = {}): Promise<Server> {
  const inner = createDispatcher({ '/koa': koaApp(), '/none': () => new Response('no upgrade') });
  const application = createDispatcher(
    {
      '/fast': fastifyApp(),
      '/in': inner,
      '/raw': noServerApp(),
      '/server': serverApp(),
      '/deaf': fromNode(createServer()),
      '/broken': broken(),
      '/web': () => new Response('web'),
    },
    { guards, onError: (error) => errors.push(error) },
  );
  server = await serve(application, { port: 0, host: '127.0.0.1', closeTimeoutMs: 2_000, ...options });
  return server;
}

function broken(): Application {
  return {
    fetch: () => new Response('broken'),
    async upgrade(request, socket) {
      if (request.url === '/late') socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
      if (request.url === '/refused') socket.write('HTTP/1.1 403 Forbidden\r\n');
      throw undefined;
    },
  };
}

async function open(path: string, headers: Record<string, string> = {}): Promise<WebSocket> {
  const client = new WebSocket(`ws://127.0.0.1:${server?.port}${path}`, { headers });
  await once(client, 'open');
  return client;
}

async function ask(client: WebSocket, text: string): Promise<string> {
  client.send(text);
  const [data] = (await once(client, 'message')) as [Buffer];
  return data.toString();
}

/** Sends bytes, and gives all that comes until the connection is closed. */
async function raw(text: string, onAnswer?: () => void): Promise<string> {
  const socket = connect(server?.port ?? 0, '127.0.0.1');
  socket.write(text, 'latin1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk));
  if (onAnswer !== undefined) socket.once('data', onAnswer);
  await once(socket, 'close');
  return answer;
}

function handshake(target: string, ...lines: readonly string[]): string {
  const head = [
    `GET ${target} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...lines,
  ];
  return `${head.join('\r\n')}\r\n\r\n`;
}

describe('a WebSocket handshake', () => {
  it('A9.134, W7: reaches the app that owns its path, each with its own server, also nested and with its own path option', async () => {
    await listen();
    const clients = await Promise.all([open('/fast/ws?q=1'), open('/in/koa/ws'), open('/raw/any')]);
    expect(await Promise.all(clients.map((client, index) => ask(client, `m${index}`)))).toEqual([
      'fastify /fast /ws undefined /ws?q=1 m0',
      'koa /in/koa /ws undefined /ws m1',
      'noServer /any m2',
    ]);
    for (const client of clients) client.terminate();
  });

  it('of a server of node:http goes to what is attached to it, and so do its requests', async () => {
    await listen();
    const client = await open('/server/ws');
    expect(await ask(client, 'm')).toBe('server /ws m');
    expect(await (await fetch(`${server?.url}/server/page`)).text()).toBe('plain /page');
    client.terminate();
  });

  it('and a request get 404 from a server of node:http that nobody listens to', async () => {
    await listen();
    expect(await raw(handshake('/deaf/ws'))).toMatch(/^HTTP\/1\.1 404 /);
    expect((await fetch(`${server?.url}/deaf/page`)).status).toBe(404);
  });

  it('W2: is refused by a guard with its answer, and the connection is closed', async () => {
    await listen({
      '/fast': () => new Response('who are you?', { status: 401, headers: { 'www-authenticate': 'Basic' } }),
    });
    const answer = await raw(handshake('/fast/ws'));
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).toMatch(/www-authenticate: Basic\r\n[^]*\r\n\r\nwho are you\?$/);
  });

  it.each([true, false, null, 'no'])(
    'W2: is refused by a guard that answers %j, which is told',
    async (answer) => {
      await listen({ '/fast': async () => answer as never });
      expect(await raw(handshake('/fast/ws'))).toMatch(/^HTTP\/1\.1 500 /);
      expect(errors).toEqual([expect.objectContaining({ code: 'VIADUCT_E_NO_RESPONSE' })]);
    },
  );

  it('W2: is refused with an endless stream, which is cancelled when the client leaves', async () => {
    let pulled = 0;
    const cancel = vi.fn<() => void>();
    await listen({
      '/fast': () =>
        new Response(
          new ReadableStream(
            {
              pull(controller) {
                pulled += 65_536;
                // Endless, but for a server that would take it all.
                if (pulled > 1e8) controller.close();
                else controller.enqueue(new Uint8Array(65_536));
              },
              cancel,
            },
            { highWaterMark: 0 },
          ),
          { status: 401 },
        ),
    });
    const socket = connect(server?.port ?? 0, '127.0.0.1');
    socket.write(handshake('/fast/ws'));
    const [beginning] = (await once(socket, 'data')) as [Buffer];
    expect(beginning.toString('latin1')).toMatch(/^HTTP\/1\.1 401 (?:(?!content-length)[^])*\r\n\r\n/);
    socket.pause();
    let before = -1;
    while (pulled > before) {
      before = pulled;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(cancel).not.toHaveBeenCalled();
    socket.destroy();
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledTimes(1));
  });

  it('W2: is refused with a stream that waits, and is cancelled when the client leaves', async () => {
    const cancel = vi.fn<() => void>();
    await listen({ '/fast': () => new Response(new ReadableStream({ cancel }), { status: 401 }) });
    const socket = connect(server?.port ?? 0, '127.0.0.1');
    socket.write(handshake('/fast/ws'));
    await once(socket, 'data');
    socket.destroy();
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledTimes(1));
    expect(errors).toEqual([]);
  });

  it('W2: is cut when the stream that it is refused with fails', async () => {
    let fail: (() => void) | undefined;
    const midway = new ReadableStream({
      start(controller) {
        fail = () => controller.error(new Error('midway'));
      },
    });
    await listen(
      { '/fast': () => new Response(midway, { status: 401 }) },
      { onError: (error) => errors.push(error) },
    );
    expect(await raw(handshake('/fast/ws'), () => fail?.())).toMatch(/^HTTP\/1\.1 401 [^]*\r\n\r\n$/);
    expect(errors).toEqual([new Error('midway')]);
  });

  it('sees the state that a guard has put there', async () => {
    await listen({ '/fast': (_head, { state }) => void (state.user = 'ada') });
    const client = await open('/fast/ws');
    expect(await ask(client, 'x')).toBe('fastify /fast /ws ada /ws x');
    client.terminate();
  });

  it.each(['/fast/../in/koa/ws', '/%66ast/ws', '//fast/ws', '/FAST/ws', '/fast;x/ws'])(
    'A9.135, W1, P47: to %s gets the verdict that a request gets: never the app without its guard',
    async (target) => {
      const guard = vi.fn<() => Response>(() => new Response('no', { status: 401 }));
      await listen({ '/fast': guard });
      const answer = await raw(handshake(target));
      expect(answer).toMatch(/^HTTP\/1\.1 (?:400|401) /);
    },
  );

  it('W2: goes through onRequest of hooks around the application', async () => {
    const hooked = withHooks(fastifyApp(), { onRequest: () => new Response('no', { status: 403 }) });
    server = await serve(hooked, { port: 0, host: '127.0.0.1' });
    expect(await raw(handshake('/ws'))).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('W2: is refused by an onRequest that answers with something other than a Response', async () => {
    const told: unknown[] = [];
    const hooked = withHooks(fastifyApp(), { onRequest: () => false as never });
    server = await serve(hooked, { port: 0, host: '127.0.0.1', onError: (error) => void told.push(error) });
    expect(await raw(handshake('/ws'))).toMatch(/^HTTP\/1\.1 500 /);
    expect(told).toEqual([expect.objectContaining({ code: 'VIADUCT_E_NO_RESPONSE' })]);
  });

  it.each([
    ['no mount', '/nowhere'],
    ['an application without upgrades', '/in/none'],
    ['a web application', '/web'],
  ])('W6: to %s is answered with 404 and closed', async (_what, target) => {
    await listen();
    expect(await raw(handshake(target))).toMatch(/^HTTP\/1\.1 404 /);
  });

  it.each([
    ['without a key', handshake('/fast/ws').replace(/Sec-WebSocket-Key.*\r\n/, ''), '400'],
    ['with version 12', handshake('/fast/ws').replace('Version: 13', 'Version: 12'), '426'],
    ['with POST', handshake('/fast/ws').replace('GET', 'POST'), '400'],
    ['with a malformed host', handshake('/fast/ws').replace('127.0.0.1', 'a b/c'), '400'],
  ])('W5: %s is answered and closed', async (_how, bytes, status) => {
    await listen();
    const answer = await raw(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer.includes('sec-websocket-version: 13')).toBe(status === '426');
  });

  it('W13, A9.136: whose application fails gets 500, a close frame with 1011 when it was switched, and is cut amid an answer of its own', async () => {
    await listen();
    expect(await raw(handshake('/broken/early'))).toMatch(/^HTTP\/1\.1 500 /);
    expect(await raw(handshake('/broken/late'))).toBe(
      'HTTP/1.1 101 Switching Protocols\r\n\r\n\x88\x02\x03\xf3',
    );
    expect(await raw(handshake('/broken/refused'))).toBe('HTTP/1.1 403 Forbidden\r\n');
    expect(errors).toEqual([undefined, undefined, undefined]);
    expect((await fetch(`${server?.url}/web`)).status).toBe(200);
  });

  it.each([
    ['before its first message', '/early'],
    ['between two messages', '/late'],
    ['after its client has gone', '/gone'],
  ])('W13: a WebSocket whose application fails %s is closed, and the failure told', async (_when, path) => {
    const outcomes: string[] = [];
    const sockets = new WebSocketServer({ noServer: true });
    const application = fromNode(() => undefined, {
      async upgrade(request, socket, head) {
        contextOf(request).onFinished(({ kind, status }) => void outcomes.push(`${kind} ${status}`));
        const client = await new Promise<WebSocket>((resolve) => {
          sockets.handleUpgrade(request, socket, head, resolve);
        });
        if (path === '/late') {
          client.send('first');
          await once(client, 'message');
        }
        if (path === '/gone') await once(client, 'close');
        throw new Error('on purpose');
      },
    });
    server = await serve(createDispatcher({ '/': application }), {
      port: 0,
      host: '127.0.0.1',
      onError: (error) => errors.push(error),
    });
    const client = new WebSocket(`ws://127.0.0.1:${server.port}${path}`);
    client.on('message', () => client.send('second'));
    if (path === '/gone') client.once('open', () => client.terminate());
    const [code] = (await once(client, 'close')) as [number];
    expect(code).toBe(path === '/gone' ? 1006 : 1011);
    // What is over cannot fail any more.
    const outcome = path === '/gone' ? 'completed 101' : 'failed 101';
    await vi.waitFor(() => expect([errors.length, outcomes]).toEqual([1, [outcome]]));
  });

  it('W9: that is reset before, during and after the switch harms nobody', async () => {
    await listen({ '/raw': () => new Promise((resolve) => setTimeout(resolve, 20)) });
    for (const path of ['/raw/x', '/fast/ws', '/in/koa/ws']) {
      for (const wait of [0, 10, 30]) {
        const socket = connect(server?.port ?? 0, '127.0.0.1');
        socket.on('error', () => undefined);
        socket.write(handshake(path));
        await new Promise((resolve) => setTimeout(resolve, wait));
        socket.resetAndDestroy();
      }
    }
    const client = await open('/fast/ws');
    expect(await ask(client, 'alive')).toContain('alive');
    client.terminate();
  });

  it('W9: whose application listens to no error of the socket, and goes on writing, ends no process', async () => {
    const closed = vi.fn<() => void>();
    const deaf: Application = {
      fetch: () => new Response('alive'),
      upgrade(_request, socket) {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
        const timer = setInterval(() => socket.write('x'.repeat(1_000)), 1);
        socket.on('close', () => {
          clearInterval(timer);
          closed();
          // After its end, too.
          socket.write('late');
          socket.emit('error', new Error('emitted by the application'));
        });
      },
    };
    server = await serve(createDispatcher({ '/': deaf }), { port: 0, host: '127.0.0.1' });
    for (let round = 1; round <= 5; round += 1) {
      const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
      socket.write(handshake('/'));
      await once(socket, 'data');
      socket.resetAndDestroy();
      await vi.waitFor(() => expect(closed).toHaveBeenCalledTimes(round));
    }
    expect(await (await fetch(server.url)).text()).toBe('alive');
  });

  it('W10: may bring its first frames along', async () => {
    await listen();
    const frame = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]);
    const socket = connect(server?.port ?? 0, '127.0.0.1');
    socket.write(Buffer.concat([Buffer.from(handshake('/raw/x')), frame]));
    let answer = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk));
    await vi.waitFor(() => expect(answer).toContain('noServer /x hi'));
    socket.destroy();
  });
});

describe('the origin of a WebSocket handshake', () => {
  const foreign = ['Origin: https://evil.example'];
  const cookie = ['Cookie: session=1'];

  it('W3: that is foreign is refused where cookies come along, and only there', async () => {
    await listen();
    expect(await raw(handshake('/raw/x', ...foreign, ...cookie))).toMatch(/^HTTP\/1\.1 403 /);
    const client = await open('/raw/x', { origin: 'https://evil.example' });
    client.terminate();
  });

  it('that is the same host is accepted with cookies', async () => {
    await listen();
    const client = await open('/raw/x', { origin: server?.url ?? '', cookie: 'session=1' });
    client.terminate();
  });

  it('may be listed', async () => {
    await listen({}, { webSocketOrigins: ['https://app.example'] });
    const client = await open('/raw/x', { origin: 'https://app.example', cookie: 'session=1' });
    client.terminate();
    expect(await raw(handshake('/raw/x', ...foreign))).toMatch(/^HTTP\/1\.1 403 /);
  });
});

describe('a request for another protocol', () => {
  it('W4: h2c is served as HTTP/1.1, and the connection goes on', async () => {
    await listen();
    const answer = await raw(
      'GET /web HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n' +
        'GET /fast HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n',
    );
    expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(answer).toMatch(/web[^]*plain$/);
  });

  it.each(['foo/1', 'IRC/6.9, RTA/x11', 'TLS/1.0'])(
    'W5: an unknown one (%s) is served as HTTP/1.1, and the connection goes on',
    async (protocol) => {
      await listen();
      const answer = await raw(
        `GET /web HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n` +
          'GET /fast HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n',
      );
      expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
      expect(answer).toMatch(/web[^]*plain$/);
    },
  );

  it('W5: a POST that would like h2c has its body read', async () => {
    const application = createDispatcher({
      '/': async (request) => new Response(`got ${await request.text()}`),
    });
    server = await serve(application, { port: 0, host: '127.0.0.1' });
    const answer = await raw(
      'POST / HTTP/1.1\r\nHost: h\r\nConnection: close, Upgrade\r\nUpgrade: h2c\r\nContent-Length: 4\r\n\r\nbody',
    );
    expect(answer).toMatch(/\r\n\r\ngot body$/);
  });
});

it('W5: a client that asks for h2c with every request leaves no listeners behind', async () => {
  server = await serve(createDispatcher({ '/': () => new Response('x') }), { port: 0, host: '127.0.0.1' });
  const listeners = new Promise<() => number>((resolve) => {
    server?.httpServer.once('connection', (socket) => resolve(() => socket.listenerCount('close')));
  });
  const client = connect(server.port, '127.0.0.1');
  const counts: number[] = [];
  for (let count = 0; count < 3; count += 1) {
    client.write('GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
    await once(client, 'data');
    counts.push((await listeners)());
  }
  client.destroy();
  expect(new Set(counts).size).toBe(1);
});

describe('a server that stops', () => {
  it('C6, A9.136: closes WebSockets with 1001', async () => {
    await listen();
    const clients = await Promise.all([open('/fast/ws'), open('/in/koa/ws'), open('/raw/x')]);
    const codes = Promise.all(clients.map(async (client) => (await once(client, 'close'))[0] as number));
    await server?.close();
    expect(await codes).toEqual([1001, 1001, 1001]);
  });
});
