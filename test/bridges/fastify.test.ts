import { fromFastify } from '@viaduct/fastify';
import fastify, { type FastifyInstance } from 'fastify';
import { type Application, createDispatcher, serve } from 'viaduct';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

async function open(application: Application): Promise<string> {
  const server = await serve(application, { port: 0, host: '127.0.0.1', onError: () => undefined });
  onTestFinished(() => server.close());
  return server.url;
}

async function textOf(url: string, init?: RequestInit): Promise<string> {
  return (await fetch(url, init)).text();
}

describe('fromFastify', () => {
  it('strips the path, and tells the whole in originalUrl', async () => {
    const app = fastify();
    app.get('/users/:id', async (request) => [
      request.url,
      request.originalUrl,
      request.params,
      request.host,
    ]);
    const url = await open(createDispatcher({ '/outer': createDispatcher({ '/api': fromFastify(app) }) }));
    expect(JSON.parse(await textOf(`${url}/outer/api/users/7?a=1`))).toEqual([
      '/users/7?a=1',
      '/outer/api/users/7?a=1',
      { id: '7' },
      new URL(url).host,
    ]);
  });

  it('tells the whole path where it delegates', async () => {
    const app = fastify();
    app.get('/orders/:id', async (request) => [request.url, request.originalUrl]);
    const url = await open(createDispatcher({ '/orders': { application: fromFastify(app), strip: false } }));
    expect(await textOf(`${url}/orders/7`)).toBe('["/orders/7","/orders/7"]');
  });

  it('wraps a plugin in an instance of its own', async () => {
    const application = fromFastify(async (app: FastifyInstance) => {
      app.decorate('greeting', 'hello');
      app.get('/x', async () => Reflect.get(app, 'greeting') as string);
    });
    expect(await textOf(`${await open(createDispatcher({ '/api': application }))}/api/x`)).toBe('hello');
  });

  it('wraps a plugin that calls back', async () => {
    const application = fromFastify((app: FastifyInstance, _options: object, done: () => void) => {
      app.get('/x', async () => 'called back');
      done();
    });
    expect(await textOf(`${await open(createDispatcher({ '/api': application }))}/api/x`)).toBe(
      'called back',
    );
  });

  it('A3.56 reaches routes that are added after it was mounted', async () => {
    const app = fastify();
    const application = createDispatcher({ '/api': fromFastify(app) });
    app.get('/late', async () => 'late');
    expect(await textOf(`${await open(application)}/api/late`)).toBe('late');
  });

  it('A3.56 leaves it to Fastify to refuse routes after the start', async () => {
    const app = fastify();
    await open(createDispatcher({ '/api': fromFastify(app) }));
    expect(() => app.get('/late', async () => 'late')).toThrow(
      expect.objectContaining({ code: 'FST_ERR_INSTANCE_ALREADY_LISTENING' }),
    );
  });

  it('runs all hooks of a request in their order, and the life cycle’s', async () => {
    const trail: string[] = [];
    const app = fastify();
    for (const hook of [
      'onRequest',
      'preParsing',
      'preValidation',
      'preHandler',
      'preSerialization',
      'onSend',
      'onResponse',
    ] as const) {
      app.addHook(hook as 'onRequest', async () => void trail.push(hook));
    }
    app.addHook('onListen', async () => void trail.push('onListen'));
    app.post('/x', async () => ({ answer: 1 }));
    const url = await open(createDispatcher({ '/api': fromFastify(app) }));
    await textOf(`${url}/api/x`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    await vi.waitFor(() => expect(trail).toContain('onResponse'));
    expect(trail).toEqual([
      'onRequest',
      'preParsing',
      'preValidation',
      'preHandler',
      'preSerialization',
      'onSend',
      'onResponse',
    ]);
  });

  it('keeps its own error handler, its 404 and its encapsulation', async () => {
    const app = fastify();
    app.setNotFoundHandler(async (request, reply) => reply.code(404).send(`no ${request.url}`));
    app.register(
      async (inside) => {
        inside.setErrorHandler(async (error: Error, _request, reply) => reply.code(418).send(error.message));
        inside.get('/x', async () => {
          throw new Error('handled');
        });
      },
      { prefix: '/inside' },
    );
    const url = await open(createDispatcher({ '/api': fromFastify(app) }));
    expect(await textOf(`${url}/api/inside/x`)).toBe('handled');
    expect(await textOf(`${url}/api/missing`)).toBe('no /missing');
  });

  it('does not give a prefix to a plugin that has one already', async () => {
    const app = fastify();
    app.register(async (inside) => inside.get('/x', async (request) => request.url), { prefix: '/api' });
    const url = await open(createDispatcher({ '/api': { application: fromFastify(app), strip: false } }));
    expect(await textOf(`${url}/api/x`)).toBe('/api/x');
    expect((await fetch(`${url}/api/api/x`)).status).toBe(404);
  });

  it('works with an instance that is ready already, and one that nobody starts', async () => {
    const ready = fastify();
    ready.get('/x', async () => 'ready');
    await ready.ready();
    expect(await textOf(`${await open(createDispatcher({ '/api': fromFastify(ready) }))}/api/x`)).toBe(
      'ready',
    );
    const unstarted = fastify();
    unstarted.get('/x', async () => 'unstarted');
    const { start: _start, ...application } = fromFastify(unstarted);
    expect(await textOf(`${await open(createDispatcher({ '/api': application }))}/api/x`)).toBe('unstarted');
  });

  it('leaves the instance without listeners, decorators or hooks of its own', async () => {
    const app = fastify();
    app.get('/x', async () => 'x');
    const before = [Reflect.ownKeys(app), app.printPlugins()];
    fromFastify(app);
    expect([Reflect.ownKeys(app), app.printPlugins()]).toEqual(before);
  });

  it('has a name for messages', () => {
    expect(fromFastify(fastify()).name).toBe('fastify');
    expect(fromFastify(fastify(), { name: 'api' }).name).toBe('api');
  });
});
