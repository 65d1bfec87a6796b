import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import { toFastify } from '@viaduct/fastify';
import fastify from 'fastify';
import {
  type Application,
  contextOf,
  createDispatcher,
  fromNode,
  lint,
  type RequestIdOptions,
  type ServeOptions,
  withRequestId,
} from 'viaduct';
import { createErrorLog, withAccessLog } from 'viaduct/logging';
import { describe, expect, test } from 'vitest';
import { open, Written } from './written.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Answers with the id in its request's state. */
function showing(): Application {
  return fromKoa((ctx) => {
    ctx.body = contextOf(ctx.req).state['requestId'];
  });
}

async function ask(
  incoming: string | undefined,
  options: RequestIdOptions = {},
  serveOptions: ServeOptions = { trustProxy: 'loopback' },
): Promise<{ inside: string; outside: string | null }> {
  const server = await open(withRequestId(lint(createDispatcher({ '/': showing() })), options), serveOptions);
  const header = options.header ?? 'x-request-id';
  const response = await fetch(server.url, incoming === undefined ? {} : { headers: { [header]: incoming } });
  return { inside: await response.text(), outside: response.headers.get(header) };
}

describe('The request id', () => {
  test('is made where none comes, stands in the state, and goes out in the header', async () => {
    const { inside, outside } = await ask(undefined);
    expect(inside).toMatch(UUID);
    expect(outside).toBe(inside);
  });

  test.each(['7', 'b1d4-7', '01ARZ3NDEKTSV4RRFFQ69G5FAV', 'Root=1-67891233-abc', 'a/b+c==', 'x'.repeat(128)])(
    'that comes from a trusted proxy is taken over: %s',
    async (id) => expect(await ask(id)).toEqual({ inside: id, outside: id }),
  );

  test.each(['', 'a b', 'a"b', 'a\u00e9', 'a,b', 'a;b', '<b>', 'x'.repeat(129)])(
    'that is not well formed is replaced: %j',
    async (id) => {
      const { inside, outside } = await ask(id);
      expect(inside).toMatch(UUID);
      expect(outside).toBe(inside);
    },
  );

  test('that a client sends, which is no trusted proxy, is replaced, unless everyone is believed', async () => {
    expect((await ask('mine', {}, {})).inside).toMatch(UUID);
    expect(await ask('mine', { accept: 'everyone' }, {})).toEqual({ inside: 'mine', outside: 'mine' });
    expect((await ask('mine', { accept: 'nobody' })).inside).toMatch(UUID);
  });

  test('comes and goes in another header, when one is named', async () => {
    expect(await ask('mine', { header: 'X-Correlation-ID' })).toEqual({ inside: 'mine', outside: 'mine' });
  });

  test('stands on every answer: a 404, a failure, one by a fetch application', async () => {
    const broken = fromNode(() => {
      throw new Error('broken');
    });
    const web = { fetch: () => new Response('web') };
    const server = await open(withRequestId(lint(createDispatcher({ '/broken': broken, '/web': web }))));
    const ids = new Set<string | null>();
    for (const [path, status] of [
      ['/broken', 500],
      ['/web', 200],
      ['/nothing', 404],
    ] as const) {
      const response = await fetch(server.url + path);
      expect(response.status).toBe(status);
      expect(response.headers.get('x-request-id')).toMatch(UUID);
      ids.add(response.headers.get('x-request-id'));
    }
    expect(ids.size).toBe(3);
  });

  test('works the same on the web face', async () => {
    const application = withRequestId(lint(createDispatcher({ '/': showing() })), { accept: 'everyone' });
    const request = new Request('http://x/', { headers: { 'x-request-id': 'mine' } });
    const response = await application.fetch(request);
    expect(response.headers.get('x-request-id')).toBe('mine');
    expect(await response.text()).toBe('mine');
  });

  test("is Fastify's own request.id with genReqId, in its log lines too, as on the access log and the error log", async () => {
    const [own, access, errors] = [new Written(), new Written(), new Written()];
    const app = fastify({
      logger: { stream: own },
      genReqId: (request) => String(contextOf(request).state['requestId']),
    });
    app.get('/', async (request) => request.id);
    const broken = fromNode(
      () => {
        throw new Error('broken');
      },
      { name: 'legacy' },
    );
    const server = await open(
      withAccessLog(withRequestId(lint(createDispatcher({ '/api': fromFastify(app), '/legacy': broken }))), {
        destination: access,
      }),
      { onError: createErrorLog({ destination: errors }) },
    );
    const response = await fetch(`${server.url}/api`);
    const id = response.headers.get('x-request-id');
    expect(await response.text()).toBe(id);
    const failed = await fetch(`${server.url}/legacy/a?b`);
    expect((await own.entries(2)).map(({ reqId }) => reqId)).toEqual([id, id]);
    expect((await access.entries(2)).map(({ requestId }) => requestId)).toEqual([
      id,
      failed.headers.get('x-request-id'),
    ]);
    expect((await errors.entries(1))[0]).toMatchObject({
      level: 50,
      name: 'error',
      msg: 'broken',
      application: 'legacy',
      mounts: ['/legacy'],
      target: '/legacy/a?b',
      requestId: failed.headers.get('x-request-id'),
      clientAddress: '127.0.0.1',
      err: {
        type: 'Error',
        message: 'broken',
        stack: expect.stringContaining('request-id.test.ts') as string,
      },
    });
  });

  test("is the host's own, where the application stands inside of Fastify", async () => {
    const host = fastify({ genReqId: () => 'host-7' });
    await host.register(toFastify(showing(), { state: (request) => ({ requestId: request.id }) }), {
      prefix: '/shop',
    });
    const response = await host.inject('/shop');
    expect(response.body).toBe('host-7');
    await host.close();
  });

  test('traceparent and tracestate pass untouched, in both directions', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const app = fromKoa((ctx) => {
      ctx.set('traceresponse', traceparent);
      ctx.body = `${ctx.get('traceparent')} ${ctx.get('tracestate')}`;
    });
    const server = await open(withRequestId(lint(createDispatcher({ '/': app }))));
    const response = await fetch(server.url, { headers: { traceparent, tracestate: 'a=1,b=2' } });
    expect(await response.text()).toBe(`${traceparent} a=1,b=2`);
    expect(response.headers.get('traceresponse')).toBe(traceparent);
  });

  test.each([
    [{ headers: 'x' }, /there is no option "headers"\. Options are header, accept/],
    [{ header: 'a b' }, /header is "a b"\. Write the name of a header/],
    [{ accept: 'some' }, /accept is "some"\. Write 'proxies', 'everyone' or 'nobody'/],
  ])('refuses a wrong option when it is built: %j', (options, message) => {
    expect(() => withRequestId(showing(), options as never)).toThrow(message);
  });
});

describe('The error log', () => {
  test('takes whatever was thrown, tells its causes, and escapes what could break a line', async () => {
    const errors = new Written();
    const onError = createErrorLog({ destination: errors });
    onError(undefined, { mounts: [] });
    onError(new Error('outer\u202e\n', { cause: new Error('inner') }), { mounts: ['/a', '/b'] });
    const [first, second] = await errors.entries(2);
    expect(errors.text).toMatch(/^[\x20-\x7e\n]+$/);
    expect(first).toMatchObject({ msg: 'something other than an Error was thrown: undefined', mounts: [] });
    expect(second).toMatchObject({
      mounts: ['/a', '/b'],
      err: { message: expect.stringContaining('inner') as string },
    });
  });
});
