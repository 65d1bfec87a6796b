import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { type Application, createDispatcher, fromNode, lint } from 'viaduct';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Connection } from '../conformance/connection.js';
import { everyKind } from '../conformance/every-way.js';
import { HOST, toBytes } from '../conformance/message.js';
import { openServer } from '../conformance/opened-server.js';
import { onWebFace } from './frameworks.js';

everyKind(({ kind, face }) => {
  it.each([
    ['Content-Type', 'text/plain'],
    ['Authorization', 'Basic eDp5'],
  ])('H3 %s twice has two readings and is refused, here and behind a guard', async (name, value) => {
    const application = kind.create(({ header }) => ({ body: String(header(name.toLowerCase())) }));
    const door = await face.open(createDispatcher({ '/': application }));
    onTestFinished(() => door.close());
    const once = await door.send({ target: '/', headers: [[name, value]] });
    expect([once.status, once.text]).toEqual([200, value]);
    // A `Request` has joined them already: there is one reading then.
    if (face.name === 'web face') return;
    for (const other of [value, 'text/html'])
      expect(
        (
          await door.send({
            target: '/',
            headers: [
              [name, value],
              [name, other],
            ],
          })
        ).status,
      ).toBe(400);
  });
});

/** An application that tells what it got, and the same without a gateway. */
interface Framework {
  readonly name: string;
  open(): Promise<{ readonly application: Application; readonly listener: RequestListener }>;
}

const FRAMEWORKS: readonly Framework[] = [
  {
    name: 'Fastify',
    async open() {
      const app = fastify();
      app.all('/*', (request, reply) =>
        reply.send({
          raw: request.raw.rawHeaders,
          type: request.headers['content-type'],
          body: request.body,
        }),
      );
      await app.ready();
      return { application: fromFastify(app), listener: (req, res) => app.routing(req, res) };
    },
  },
  {
    name: 'Koa',
    async open() {
      const app = new Koa().use((ctx) => {
        ctx.body = { raw: ctx.req.rawHeaders, type: ctx.get('content-type'), is: ctx.is('text', 'json') };
      });
      return { application: fromKoa(app), listener: app.callback() };
    },
  },
  {
    name: 'Express',
    async open() {
      const app = express()
        .use(express.text())
        .use((request, response) => {
          const { rawHeaders: raw, body } = request as typeof request & { body: unknown };
          response.json({ raw, type: request.get('content-type'), is: request.is('text'), body });
        });
      return { application: fromNode(app), listener: app };
    },
  },
];

async function ask(port: number, bytes: Uint8Array): Promise<readonly [status: number, body: string]> {
  const connection = await Connection.open(port);
  await connection.write(bytes);
  const { status, body } = await connection.read();
  connection.reset();
  return [status, body.toString()];
}

describe.each(FRAMEWORKS)('$name', ({ open }) => {
  it('H1, H5 finds order, spelling and repetitions of the headers as the client sent them', async () => {
    const { application } = await open();
    const { server } = await openServer(createDispatcher({ '/foo': lint(application) }));
    const lines = ['X-B', '1', 'x-A', '2', 'Cookie', 'a=1', 'cOOkie', 'b=2', 'x-b', '3', '__proto__', '4'];
    const headers = lines.flatMap((part, index) =>
      index % 2 === 0 ? [[part, lines[index + 1] ?? ''] as const] : [],
    );
    const [status, body] = await ask(server.port, toBytes({ target: '/foo', headers }));
    expect([status, (JSON.parse(body) as { raw: string[] }).raw]).toEqual([200, ['Host', HOST, ...lines]]);
  });

  it.each([
    ['a tab', 'text/plain;\tcharset=utf-8'],
    ['a tab at its end', 'text/plain\t'],
    ['a space before it', '  text/plain'],
    ['a semicolon at its end', 'text/plain;'],
    ['a space before the semicolon', 'text/plain ; charset=utf-8'],
    ['capitals', 'TEXT/Plain'],
    ['no slash', 'text'],
    ['a comma', 'text/plain, application/json'],
  ])('H4 a Content-Type with %s is read as it is without a gateway, on both faces', async (_what, type) => {
    const { application, listener } = await open();
    const direct = createServer(listener).listen(0, '127.0.0.1');
    onTestFinished(() => void direct.close().closeAllConnections());
    await new Promise((resolve) => direct.once('listening', resolve));
    const { server } = await openServer(
      createDispatcher({ '/node': application, '/web': onWebFace(application) }),
    );
    const post = (target: string): Uint8Array =>
      toBytes({ method: 'POST', target, headers: [['Content-Type', type]], body: '{}' });
    const alone = await ask((direct.address() as AddressInfo).port, post('/'));
    expect(await ask(server.port, post('/node'))).toEqual(alone);
    const [status, body] = await ask(server.port, post('/web'));
    // Converted, a header loses its spelling, and nothing else.
    expect([status, withoutRaw(body)]).toEqual([alone[0], withoutRaw(alone[1])]);
  });
});

function withoutRaw(body: string): unknown {
  const { raw: _, ...rest } = JSON.parse(body) as Record<string, unknown>;
  return rest;
}
