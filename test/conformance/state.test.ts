import { setImmediate as turn } from 'node:timers/promises';
import { type Application, contextOf, createDispatcher, withHooks } from 'viaduct';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import { describe, expect, it, vi } from 'vitest';
import { Connection } from './connection.js';
import { everyKindOnSockets, openForAll } from './every-way.js';
import { FACES } from './faces.js';
import { toBytes } from './message.js';
import { openServer } from './opened-server.js';

/** Two apps that tell who is signed in, as a middleware before them, some turns earlier, has learnt. */
function twoApps(): Application {
  const shop = new Koa();
  shop.use(async (_ctx, next) => {
    await turn();
    await next();
  });
  shop.use((ctx) => {
    ctx.body = `koa ${String(contextOf(ctx.req).state.user)}`;
  });
  const api = fastify();
  api.addHook('onRequest', async () => turn());
  api.get('/*', async (request) => `fastify ${String(contextOf(request.raw).state.user)}`);
  return createDispatcher({ '/shop': fromKoa(shop), '/api': fromFastify(api) });
}

describe.each(FACES)('state on the $name', (face) => {
  const { send } = openForAll(face, () =>
    withHooks(twoApps(), {
      async onRequest(head, { state }) {
        state.user = head.headers.get('x-user');
        await turn();
      },
    }),
  );

  it('that a wrapper in front of the dispatcher sets is seen in a Koa middleware and in a Fastify handler', async () => {
    const headers: [string, string][] = [['X-User', 'ada']];
    expect((await send({ target: '/shop/x', headers })).text).toBe('koa ada');
    expect((await send({ target: '/api/x', headers })).text).toBe('fastify ada');
  });

  it('is never that of another request: 1,000 at the same time, on both apps', async () => {
    for (let round = 0; round < 10; round += 1) {
      const texts = await Promise.all(
        Array.from({ length: 100 }, async (_, index) => {
          const [name, target] = index % 2 === 0 ? ['koa', '/shop/x'] : ['fastify', '/api/x'];
          const user = `user-${round}-${index}`;
          const { text } = await send({ target, headers: [['X-User', user]] });
          return text === `${name} ${user}` ? 'right' : text;
        }),
      );
      expect(new Set(texts)).toEqual(new Set(['right']));
    }
  });

  it('is empty for a request that nobody gave any', async () => {
    expect((await send({ target: '/shop/x' })).text).toBe('koa null');
  });
});

describe('state on one connection', () => {
  it('is that of each of the requests that were sent at once', async () => {
    const application = withHooks(twoApps(), {
      onRequest: (head, { state }) => void (state.user = head.headers.get('x-user')),
    });
    const { connect } = await openServer(application);
    const connection = await connect();
    const users = ['a', 'b', 'c', 'd'];
    const requests = users.map((user, index) =>
      toBytes({ target: index % 2 === 0 ? '/shop/x' : '/api/x', headers: [['X-User', user]] }),
    );
    await connection.write(Buffer.concat(requests));
    const answers: string[] = [];
    for (const _ of users) answers.push((await connection.read()).body.toString());
    expect(answers).toEqual(['koa a', 'fastify b', 'koa c', 'fastify d']);
  });
});

everyKindOnSockets(({ kind }) => {
  it('the signal is aborted when the client goes away, once, for the wrapper and the application', async () => {
    const aborted = vi.fn<(who: string) => void>();
    const application = withHooks(
      kind.create(async ({ context }) => {
        context.signal.addEventListener('abort', () => aborted('application'));
        await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
        return {};
      }),
      { onRequest: (_head, { signal }) => signal.addEventListener('abort', () => aborted('wrapper')) },
    );
    const { server, connect, reports } = await openServer(createDispatcher({ '/foo': application }));
    const arrived = new Promise((resolve) => server.httpServer.once('request', resolve));
    const connection: Connection = await connect();
    await connection.write(toBytes({ target: '/foo' }));
    await arrived;
    await turn();
    connection.reset();
    await vi.waitFor(() => expect(aborted.mock.calls).toEqual([['wrapper'], ['application']]));
    expect(reports).toEqual([]);
  });
});
