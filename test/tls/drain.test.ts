import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectSecurely } from 'node:tls';
import { contextOf, fromNode } from 'viaduct';
import { WebSocket, WebSocketServer } from 'ws';
import { describe, expect, it, onTestFinished } from 'vitest';
import { defer } from '../conformance/deferred.js';
import { ask, askOn, openSession, untilReset } from './ask.js';
import { LOCALHOST, TRUSTED } from './certificates.js';
import { DATA, GOAWAY, HEADERS } from '../conformance/http2-wire.js';
import { openWire } from './http2-wire.js';
import { openSecureServer } from './secure-server.js';

/** Answers in two halves, the second one when it is let. */
function halves() {
  const arrived = defer();
  const goOn = defer();
  const application = fromNode(async (request, response) => {
    if (request.url === '/quick') return void response.end('quick');
    response.setHeader('content-type', 'text/plain');
    response.write('half');
    arrived.resolve();
    await goOn.promise;
    return void response.end(' and half');
  });
  return { application, arrived: arrived.promise, goOn: goOn.resolve };
}

describe('a server with TLS that closes', () => {
  it('waits for streams under way, and closes idle sessions meanwhile', async () => {
    const { application, arrived, goOn } = halves();
    const { server } = await openSecureServer(application, { closeTimeoutMs: 10_000 });
    const idle = openSession(server.port);
    await askOn(idle, { path: '/quick' });
    const busy = openSession(server.port);
    const answer = askOn(busy, { path: '/' });
    await arrived;
    const goaways: number[] = [];
    busy.on('goaway', (code) => goaways.push(code));
    const closing = server.close();
    await once(idle, 'close');
    expect(busy.destroyed).toBe(false);
    goOn();
    expect((await answer).body).toBe('half and half');
    await closing;
    expect(goaways[0]).toBe(0);
    expect(busy.destroyed).toBe(true);
  });

  it('says in its GOAWAY which streams it takes, so that a client may send all others again', async () => {
    const { application, arrived, goOn } = halves();
    const { server } = await openSecureServer(application, { closeTimeoutMs: 10_000 });
    const wire = await openWire(server.port);
    wire.ask(1, '/');
    await arrived;
    const closing = server.close();
    expect(await wire.until(GOAWAY)).toMatchObject({ lastStream: 1 });
    // What a client has sent before it could read the GOAWAY.
    wire.ask(3, '/quick');
    goOn();
    const first = await wire.until(DATA, 1);
    const second = await wire.until(DATA, 1);
    expect(first.payload.toString() + second.payload.toString()).toBe('half and half');
    await closing;
    await expect(wire.until(HEADERS, 3)).rejects.toThrow('the connection was closed');
  });

  it('resets at the deadline what has not ended', async () => {
    const outcomes: string[] = [];
    const { server } = await openSecureServer(
      fromNode((request, response) => {
        contextOf(request).onFinished(({ kind }) => void outcomes.push(kind));
        response.write('for ever');
      }),
      { closeTimeoutMs: 500 },
    );
    const session = openSession(server.port);
    const stream = session.request({ ':path': '/' });
    await once(stream, 'data');
    const reset = untilReset(stream);
    await server.close();
    await reset;
    expect(outcomes).toEqual(['aborted']);
  });

  it('does not wait for connections that never say a word, or never close', async () => {
    const { server } = await openSecureServer(() => new Response('x'), { closeTimeoutMs: 60_000 });
    const silent = connect(server.port, '127.0.0.1').resume();
    onTestFinished(() => void silent.destroy());
    await once(silent, 'connect');
    const wire = await openWire(server.port);
    await Promise.all([server.close(), once(silent, 'close')]);
    await expect(wire.until(HEADERS, 1)).rejects.toThrow('the connection was closed');
    expect(server.closeReport).toEqual({ cutRequests: 0, cutUpgrades: 0, unfinishedWork: 0 });
  });

  it('tells of the WebSockets that it cut', async () => {
    const switching = fromNode(() => undefined, {
      upgrade(_request, socket) {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n');
        socket.resume();
      },
    });
    const { server } = await openSecureServer(switching);
    const client = connectSecurely({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false });
    client
      .on('error', () => undefined)
      .write(
        'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\n' +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      );
    await once(client, 'data');
    await server.close({ timeoutMs: 0 });
    expect(server.closeReport?.cutUpgrades).toBe(1);
  });

  it('tells HTTP/1.1 connections on the same port that this answer is the last', async () => {
    const { application, arrived, goOn } = halves();
    const { server } = await openSecureServer(application, { closeTimeoutMs: 10_000 });
    const agent = new HttpsAgent({ keepAlive: true, ca: TRUSTED, servername: 'localhost' });
    onTestFinished(() => agent.destroy());
    const get = async (path: string): Promise<IncomingMessage> => {
      const sending = httpsRequest({ agent, port: server.port, host: '127.0.0.1', path }).end();
      return ((await once(sending, 'response')) as [IncomingMessage])[0];
    };
    const first = await get('/quick');
    expect([await text(first), first.headers.connection]).toEqual(['quick', 'keep-alive']);
    const slow = get('/');
    await arrived;
    const closing = server.close();
    goOn();
    expect(await text(await slow)).toBe('half and half');
    await closing;
    await expect(get('/quick')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('closes idle keep-alive connections without waiting for the deadline', async () => {
    const { application } = halves();
    const { server } = await openSecureServer(application, { closeTimeoutMs: 60_000 });
    const agent = new HttpsAgent({ keepAlive: true, ca: TRUSTED, servername: 'localhost' });
    onTestFinished(() => agent.destroy());
    const sending = httpsRequest({ agent, port: server.port, host: '127.0.0.1', path: '/quick' }).end();
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    await text(response);
    // Longer than a test may take.
    await server.close();
  });
});

describe('WebSockets beside HTTP/2', () => {
  it('echo over wss on the same port, and are closed with 1001', async () => {
    const sockets = new WebSocketServer({ noServer: true });
    sockets.on('connection', (socket, request) => {
      const { protocol } = contextOf(request);
      socket.on('message', (data, isBinary) => socket.send(isBinary ? data : `${protocol} ${String(data)}`));
    });
    const { server } = await openSecureServer({
      fetch: () => new Response('page'),
      upgrade: (request, socket, head) =>
        sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request)),
    });
    const client = new WebSocket(`wss://localhost:${server.port}/`, {
      ca: TRUSTED,
      lookup: (_host, _options, found) => found(null, [{ address: '127.0.0.1', family: 4 }] as never, 4),
      headers: { origin: `https://localhost:${server.port}`, cookie: 'a=1' },
    });
    await once(client, 'open');
    client.send('hello');
    expect(String((await once(client, 'message'))[0])).toBe('https hello');
    const bytes = Buffer.alloc(100_000, 'pattern');
    client.send(bytes);
    expect(((await once(client, 'message')) as [Buffer])[0].equals(bytes)).toBe(true);
    expect((await ask(server.port, 'h2', { path: '/' })).body).toBe('page');
    const closed = once(client, 'close');
    await server.close();
    expect((await closed)[0]).toBe(1001);
  });

  it.each(['h2c', 'foo/1'])('W4 Upgrade: %s over TLS is served as if it had not asked', async (protocol) => {
    const { server } = await openSecureServer({
      fetch: () => new Response('page'),
      upgrade: () => undefined,
    });
    const sending = httpsRequest({
      port: server.port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: LOCALHOST.cert,
      agent: false,
      headers: { connection: 'Upgrade', upgrade: protocol },
    }).end();
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    expect([response.statusCode, await text(response)]).toEqual([200, 'page']);
  });
});
