import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Router } from '@koa/router';
import { fromKoa } from '@viaduct/koa';
import Koa, { type Context } from 'koa';
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

/** Everything that a program could see of an app, beside the listener that Koa itself adds in `callback()`. */
function portrait(app: Koa): unknown {
  const members = (value: object): unknown =>
    Object.entries(Object.getOwnPropertyDescriptors(value)).filter(([name]) => !name.startsWith('_events'));
  return [
    members(app),
    members(app.context),
    members(app.request),
    members(app.response),
    Object.getPrototypeOf(app),
  ];
}

describe('fromKoa', () => {
  it('gives the middleware the user’s own app', async () => {
    const app = new Koa();
    const seen: unknown[] = [];
    app.use((ctx) => {
      seen.push(ctx.app, ctx.request.app, ctx.response.app);
      ctx.body = '';
    });
    await textOf(`${await open(createDispatcher({ '/shop': fromKoa(app) }))}/shop`);
    expect(seen.every((value) => value === app)).toBe(true);
    expect(seen).toHaveLength(3);
  });

  it('strips the path, and tells the whole in originalUrl and href', async () => {
    const app = new Koa().use((ctx) => {
      ctx.body = [ctx.path, ctx.url, ctx.originalUrl, ctx.request.originalUrl, ctx.href, ctx.querystring];
    });
    const url = await open(createDispatcher({ '/outer': createDispatcher({ '/shop': fromKoa(app) }) }));
    expect(JSON.parse(await textOf(`${url}/outer/shop/cart?id=1`))).toEqual([
      '/cart',
      '/cart?id=1',
      '/outer/shop/cart?id=1',
      '/outer/shop/cart?id=1',
      `${url}/outer/shop/cart?id=1`,
      'id=1',
    ]);
  });

  it('tells the whole path where it delegates', async () => {
    const app = new Koa().use((ctx) => {
      ctx.body = [ctx.path, ctx.originalUrl];
    });
    const url = await open(createDispatcher({ '/shop': { application: fromKoa(app), strip: false } }));
    expect(await textOf(`${url}/shop/cart`)).toBe('["/shop/cart","/shop/cart"]');
  });

  it('signs cookies with the app’s keys, and trusts proxies as the app says', async () => {
    const app = new Koa({ keys: ['secret'], proxy: true });
    app.use((ctx) => {
      ctx.cookies.set('user', 'ada', { signed: true });
      ctx.body = [ctx.app.keys, ctx.app.proxy];
    });
    const response = await fetch(`${await open(createDispatcher({ '/shop': fromKoa(app) }))}/shop`);
    expect(await response.json()).toEqual([['secret'], true]);
    expect(response.headers.getSetCookie().map((cookie) => cookie.split('=')[0])).toEqual([
      'user',
      'user.sig',
    ]);
  });

  it('has what was put on app.context, also later', async () => {
    const app = new Koa();
    Object.assign(app.context, { early: 1 });
    app.use((ctx) => {
      ctx.body = [ctx['early'], ctx['late']];
    });
    const url = await open(createDispatcher({ '/': fromKoa(app) }));
    await textOf(url);
    Object.assign(app.context, { late: 2 });
    expect(await textOf(url)).toBe('[1,2]');
  });

  it('tells the app’s own error listeners, with the context, and prints nothing', async () => {
    const print = vi.spyOn(console, 'error');
    const app = new Koa();
    const listener = vi.fn<(error: Error, ctx: Context) => void>();
    app.on('error', listener);
    app.use(() => {
      throw new Error('thrown by the test');
    });
    const response = await fetch(await open(createDispatcher({ '/': fromKoa(app) })));
    expect([response.status, await response.text()]).toEqual([500, 'Internal Server Error']);
    expect(listener).toHaveBeenCalledTimes(1);
    expect(listener.mock.calls[0]?.[0].message).toBe('thrown by the test');
    expect(listener.mock.calls[0]?.[1].app).toBe(app);
    expect(print).not.toHaveBeenCalled();
    print.mockRestore();
  });

  it.each([[undefined], [null], [0], [''], [false]])(
    'answers 500 to throw %j, and serves on',
    async (value) => {
      const app = new Koa();
      app.silent = true;
      app.use((ctx) => {
        if (ctx.path === '/bad') throw value;
        ctx.body = 'fine';
      });
      const url = await open(createDispatcher({ '/': fromKoa(app) }));
      expect((await fetch(`${url}/bad`)).status).toBe(500);
      expect(await textOf(`${url}/good`)).toBe('fine');
    },
  );

  /** What came of a request to an app whose middleware throws, and what was reported. */
  async function failing(app: Koa): Promise<[status: number, reported: string[]]> {
    const reported: string[] = [];
    const listened = createDispatcher(
      { '/shop': fromKoa(app.use(() => Promise.reject(new Error('out of stock')))) },
      { onError: (error) => reported.push((error as Error).message) },
    );
    const { status } = await fetch(`${await open(listened)}/shop`);
    return [status, reported];
  }

  it.for<[string, () => Koa]>([
    [
      'an error listener that throws',
      () => {
        const app = new Koa();
        app.on('error', () => {
          throw new Error('the log is full');
        });
        return app;
      },
    ],
    [
      'an error handler that throws',
      () => {
        const app = new Koa();
        app.context.onerror = (error) => {
          if (error) throw new Error('the log is full');
        };
        return app;
      },
    ],
    [
      'an error handler that rejects',
      () => {
        const app = new Koa();
        app.context.onerror = (async (error: unknown) => {
          if (error) throw new Error('the log is full');
        }) as unknown as typeof app.context.onerror;
        return app;
      },
    ],
    [
      'an error listener that throws in an app with an AsyncLocalStorage',
      () => {
        const app = new Koa({ asyncLocalStorage: true });
        app.on('error', () => {
          throw new Error('the log is full');
        });
        return app;
      },
    ],
    [
      'an error handler of one context, put there by a middleware',
      () =>
        new Koa().use((ctx, next) => {
          ctx.onerror = (error) => {
            if (error) throw new Error('the log is full');
          };
          return next();
        }),
    ],
    [
      'a way of its own to compose middleware, in an app with an AsyncLocalStorage',
      () =>
        Object.assign(new Koa({ asyncLocalStorage: true }), {
          compose: () => () => {
            throw new Error('the log is full');
          },
        }),
    ],
    [
      'a way of its own to handle requests, which rejects',
      () =>
        new (class extends Koa {
          handleRequest(): Promise<never> {
            return Promise.reject(new Error('the log is full'));
          }
        })(),
    ],
  ])('answers 500 and reports the failure of %s', async ([, create]) => {
    expect(await failing(create())).toEqual([500, ['the log is full']]);
  });

  it('leaves the app as it was', async () => {
    const app = new Koa().use((ctx) => {
      ctx.body = 'x';
    });
    app.on('error', () => undefined);
    const before = portrait(app);
    await textOf(`${await open(createDispatcher({ '/shop': fromKoa(app) }))}/shop`);
    expect(portrait(app)).toEqual(before);
    expect(app.listenerCount('error')).toBe(1);
  });

  it('lets the app be served alone at the same time', async () => {
    const app = new Koa().use((ctx) => {
      ctx.body = ctx.originalUrl;
    });
    const url = await open(createDispatcher({ '/shop': fromKoa(app) }));
    const alone: HttpServer = createServer(app.callback()).listen(0, '127.0.0.1');
    onTestFinished(() => void alone.close());
    await new Promise((resolve) => alone.once('listening', resolve));
    expect(await textOf(`http://127.0.0.1:${(alone.address() as AddressInfo).port}/x`)).toBe('/x');
    expect(await textOf(`${url}/shop/x`)).toBe('/shop/x');
  });

  it('A3.56 reaches routes and middleware that are added after it was mounted, and after the start', async () => {
    const app = new Koa();
    const application = createDispatcher({ '/shop': fromKoa(app) });
    const router = new Router().get('/mounted', (ctx: Context) => {
      ctx.body = 'mounted';
    });
    app.use(router.routes());
    const url = await open(application);
    // Like Koa alone, it composes its middleware once: with the first request.
    app.use((ctx) => {
      ctx.body = 'a later middleware';
    });
    expect(await textOf(`${url}/shop/mounted`)).toBe('mounted');
    expect(await textOf(`${url}/shop/other`)).toBe('a later middleware');
    router.get('/route', (ctx: Context) => {
      ctx.body = 'a later route';
    });
    expect(await textOf(`${url}/shop/route`)).toBe('a later route');
  });

  it('wraps a middleware in an app of its own', async () => {
    const url = await open(
      createDispatcher({
        '/one': fromKoa(async (ctx: Context, next) => {
          await next();
          ctx.body = `${ctx.status} ${ctx.path}`;
        }),
      }),
    );
    expect(await textOf(`${url}/one/x`)).toBe('404 /x');
  });

  it('has a name for messages', () => {
    expect(fromKoa(new Koa()).name).toBe('koa');
    expect(fromKoa(new Koa(), { name: 'shop' }).name).toBe('shop');
  });
});
