import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import websocket from '@fastify/websocket';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import Fastify, { type FastifyInstance } from 'fastify';
import Koa from 'koa';
import { type Application, createDispatcher, serve } from 'viaduct';
import { WebSocketServer } from 'ws';

/** A server with connections that stay: WebSockets at `/echo`, events at `/events`. */
export interface LiveServer {
  readonly port: number;
  /** Sends an event to everyone who listens. */
  publish(event: string): void;
}

/** One producer, of whom everyone who listens has a stream. */
class Events {
  readonly #streams = new Set<PassThrough>();

  /** A listener more, who begins with a comment, so that the head goes out at once. */
  open(): PassThrough {
    const stream = new PassThrough();
    stream.write(': welcome\n\n');
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
    return stream;
  }

  publish(event: string): void {
    for (const stream of this.#streams) stream.write(event);
  }
}

/** Each framework alone and behind Viaduct. */
export const WAYS: Readonly<Record<string, () => Promise<LiveServer>>> = {
  async fastify() {
    const { app, events } = await createFastify();
    await app.listen({ port: 0, host: '127.0.0.1' });
    return liveServer((app.server.address() as AddressInfo).port, events);
  },
  async 'viaduct-fastify'() {
    const { app, events } = await createFastify();
    return liveServer(await dispatch(fromFastify(app)), events);
  },
  async koa() {
    const { app, events } = createKoa();
    const server = createServer(app.callback());
    echoOn(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return liveServer((server.address() as AddressInfo).port, events);
  },
  async 'viaduct-koa'() {
    const { app, events } = createKoa();
    // It never listens: what attaches itself to it gets the handshakes.
    const server = createServer();
    echoOn(server);
    return liveServer(await dispatch(fromKoa(app, { server })), events);
  },
};

async function createFastify(): Promise<{ app: FastifyInstance; events: Events }> {
  const app = Fastify();
  const events = new Events();
  await app.register(websocket);
  app.get('/echo', { websocket: true }, (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  app.get('/events', (_request, reply) => reply.type('text/event-stream').send(events.open()));
  return { app, events };
}

function createKoa(): { app: Koa; events: Events } {
  const app = new Koa();
  const events = new Events();
  app.use((ctx) => {
    ctx.type = 'text/event-stream';
    ctx.body = events.open();
  });
  return { app, events };
}

function echoOn(server: Server): void {
  new WebSocketServer({ server, path: '/echo' }).on('connection', (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
}

async function dispatch(application: Application): Promise<number> {
  const { port } = await serve(createDispatcher({ '/': application }), { port: 0, host: '127.0.0.1' });
  return port;
}

function liveServer(port: number, events: Events): LiveServer {
  return { port, publish: (event) => events.publish(event) };
}
