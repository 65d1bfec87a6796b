import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import type { ServerResponse } from 'node:http';
import { type Application, contextOf, createDispatcher, fromNode, lint } from 'viaduct';
import { describe, expect, it } from 'vitest';
import { openServer } from './opened-server.js';
import { valuesOf } from './wire-response.js';

/** The same doing, by way of each framework's access to Node's own response. */
function applications(
  act: (response: ServerResponse) => void,
): readonly (readonly [name: string, application: Application])[] {
  const api = fastify();
  api.get('/*', (_request, reply) => {
    reply.hijack();
    act(reply.raw);
  });
  return [
    ['a native handler', fromNode((_request, response) => act(response))],
    [
      'Koa',
      fromKoa(
        new Koa().use((ctx) => {
          ctx.respond = false;
          // Koa's own default, until something is answered, is 404.
          ctx.res.statusCode = 200;
          act(ctx.res);
        }),
      ),
    ],
    ['Fastify', fromFastify(api)],
  ];
}

describe('A6.109 trailers', () => {
  const send = (response: ServerResponse): void => {
    response.setHeader('Trailer', 'x-checksum');
    response.write('body');
    response.addTrailers({ 'x-checksum': 'abc' });
    response.end();
  };

  it.each(applications(send))('of %s arrive on its Node face', async (_name, application) => {
    const { connect } = await openServer(createDispatcher({ '/': application }));
    const connection = await connect();
    await connection.write('GET / HTTP/1.1\r\nHost: h\r\nTE: trailers\r\nConnection: close\r\n\r\n');
    expect((await connection.takeRest()).toString()).toMatch(
      /\r\n\r\n4\r\nbody\r\n0\r\nx-checksum: abc\r\n\r\n$/i,
    );
  });

  it.each(applications(send))(
    'of %s are dropped by its web face, and with them their announcement',
    async (_name, application) => {
      const { handle: _, ...web } = application;
      const { connect } = await openServer(createDispatcher({ '/': web }));
      const connection = await connect();
      await connection.write('GET / HTTP/1.1\r\nHost: h\r\nTE: trailers\r\n\r\n');
      const response = await connection.read();
      expect([response.body.toString(), valuesOf(response, 'trailer')]).toEqual(['body', []]);
    },
  );
});

describe('A6.110 early hints', () => {
  const send = (response: ServerResponse): void => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' }, () => response.end('body'));
  };

  it.each(applications(send))(
    'of %s reach the client before the answer, on its Node face',
    async (_name, application) => {
      const { connect } = await openServer(createDispatcher({ '/': application }));
      const connection = await connect();
      await connection.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
      const hints = await connection.read();
      expect([hints.status, valuesOf(hints, 'link')]).toEqual([103, ['</style.css>; rel=preload; as=style']]);
      const response = await connection.read();
      expect([response.status, response.body.toString()]).toEqual([200, 'body']);
    },
  );

  it.each(applications(send))(
    'of %s are dropped by its web face, and the answer comes all the same',
    async (_name, application) => {
      const { handle: _, ...web } = application;
      const { connect } = await openServer(createDispatcher({ '/': web }));
      const connection = await connect();
      await connection.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
      const response = await connection.read();
      expect([response.status, response.body.toString()]).toEqual([200, 'body']);
    },
  );

  it.each(applications(send))(
    'of %s do not reach a client of HTTP/1.0, which would take them for the answer',
    async (_name, application) => {
      const { connect } = await openServer(createDispatcher({ '/': application }));
      const connection = await connect();
      await connection.write('GET / HTTP/1.0\r\n\r\n');
      expect((await connection.takeRest()).toString()).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\nbody$/);
    },
  );

  const sendLate = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': '4' });
    response.write('bo');
    response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' }, () => response.end('dy'));
  };

  it.each(applications(sendLate))(
    'of %s behind the head are dropped, and the next answer is in step',
    async (_name, application) => {
      // E1 of lint tells of it; what goes out is what this is about.
      const linted = lint(application, { ignore: ['E1'] });
      const { connect } = await openServer(createDispatcher({ '/': application, '/linted': linted }));
      const connection = await connect();
      for (const path of ['/', '/linted', '/']) {
        await connection.write(`GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`);
        const response = await connection.read();
        expect([response.status, response.body.toString()]).toEqual([200, 'body']);
      }
      expect(connection.unread).toBe('');
    },
  );

  it('with a line break in a value are an error of the application: 500, and the process lives', async () => {
    const application = fromNode((_request, response) => {
      response.writeEarlyHints({ link: '</a>; rel=preload\r\nX-Injected: 1' });
      response.end('body');
    });
    const { connect, reports } = await openServer(createDispatcher({ '/': application }));
    const connection = await connect();
    await connection.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    const response = await connection.read();
    expect([response.status, valuesOf(response, 'x-injected'), reports.length]).toEqual([500, [], 1]);
  });
});

describe('A6.108 links', () => {
  it('are built of basePath, also three mounts deep', async () => {
    const application = fromKoa(
      new Koa().use((ctx) => void (ctx.body = `${contextOf(ctx.req).basePath}/item/1`)),
    );
    const tree = createDispatcher({
      '/outer': createDispatcher({ '/foo': createDispatcher({ '/bar': application }) }),
    });
    const { connect } = await openServer(tree);
    const connection = await connect();
    await connection.write('GET /outer/foo/bar/x HTTP/1.1\r\nHost: h\r\n\r\n');
    expect((await connection.read()).body.toString()).toBe('/outer/foo/bar/item/1');
  });
});
