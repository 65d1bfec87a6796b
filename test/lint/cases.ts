import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Application,
  createContext,
  createDispatcher,
  lint,
  type LintOptions,
  type RequestContext,
  type Violation,
} from '@viaduct/core';
import { serve } from '@viaduct/node';

/** Does what a check looks for, or the conforming thing beside it. */
export type Case = (onViolation: (violation: Violation) => void) => Promise<void>;

type Fetch = (request: Request, context: RequestContext) => Response | Promise<Response>;
type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** A web application, called as its runtime would, and its answer read to the end. */
function web(fetch: Fetch, request = new Request('http://host.test/x'), options: LintOptions = {}): Case {
  return async (onViolation) => {
    const application = lint(fetch, { ...options, onViolation });
    try {
      const response = await application.fetch(request);
      await response.arrayBuffer();
    } catch {
      // Broken answers fail in the caller, as they should.
    }
  };
}

/** A native handler behind a server; the client reads what it can. */
function node(handle: Handle, path = '/x', init: RequestInit = {}, options: LintOptions = {}): Case {
  return async (onViolation) => {
    const application = lint({ fetch: () => new Response(), handle }, { ...options, onViolation });
    await overSocket(application, path, init);
  };
}

async function overSocket(application: Application, path: string, init: RequestInit = {}): Promise<void> {
  const server = await serve(application, {
    port: 0,
    host: '127.0.0.1',
    onError: () => undefined,
    closeTimeoutMs: 200,
  });
  try {
    const response = await fetch(server.url + path, { redirect: 'manual', ...init });
    await response.arrayBuffer();
  } catch {
    // Broken answers fail in the client, as they should.
  } finally {
    await server.close();
  }
}

/** A context that tells something else than the true one. */
function forged(request: Request, members: object): RequestContext {
  return new Proxy(createContext(request), {
    get: (context, name) =>
      Object.hasOwn(members, name) ? Reflect.get(members, name) : Reflect.get(context, name),
  });
}

/** An application called with a context that somebody has made. */
function given(members: object, request = new Request('http://host.test/x')): Case {
  return async (onViolation) => {
    await lint(hello, { onViolation }).fetch(request, forged(request, members));
  };
}

/** A middleware between two wrappers. */
function between(
  inner: Fetch,
  middleware: (next: Application, request: Request, context: RequestContext) => Response | Promise<Response>,
  options: LintOptions = {},
): Case {
  return async (onViolation) => {
    const next = lint(inner, { onViolation });
    const outer = lint((request, context) => middleware(next, request, context), { ...options, onViolation });
    const response = await outer.fetch(new Request('http://host.test/x'));
    await response.arrayBuffer();
  };
}

function hello(): Response {
  return new Response('hello', { headers: { 'content-type': 'text/plain' } });
}

function withHeader(name: string, value: string, status = 200): Fetch {
  return () => new Response(null, { status, headers: { [name]: value } });
}

function streamOf(...chunks: readonly unknown[]): ReadableStream<Uint8Array> {
  const left = [...chunks];
  return new ReadableStream({
    pull(controller) {
      if (left.length === 0) controller.close();
      else controller.enqueue((typeof left[0] === 'string' ? bytes(left[0]) : left[0]) as Uint8Array);
      left.shift();
    },
  });
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function post(body: ReadableStream | string, headers: Record<string, string> = {}): Request {
  return new Request('http://host.test/x', { method: 'POST', body, headers, duplex: 'half' });
}

/** What a `Response` cannot be, an object of its shape can. */
function shaped(members: object): Response {
  return new Proxy(hello(), {
    get: (target, name) => {
      if (Object.hasOwn(members, name)) return Reflect.get(members, name);
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const text = { 'content-type': 'text/plain' };
const kept = hello();

/** For each check, what breaks it and what keeps it. */
export const CASES: Readonly<Record<string, { readonly breaks: Case; readonly keeps: Case }>> = {
  C1: {
    breaks: async (onViolation) => {
      await lint(hello, { onViolation }).fetch('http://host.test/' as unknown as Request);
    },
    keeps: web(hello),
  },
  C2: {
    breaks: web(() => undefined as unknown as Response),
    keeps: web(async () => hello()),
  },
  C3: {
    breaks: async (onViolation) => {
      const application = lint(() => kept, { onViolation });
      await application.fetch(new Request('http://host.test/'));
      // Sent before, it cannot be sent again.
      await Promise.resolve(application.fetch(new Request('http://host.test/'))).catch(() => undefined);
    },
    keeps: async (onViolation) => {
      const application = lint(hello, { onViolation });
      await application.fetch(new Request('http://host.test/'));
      await application.fetch(new Request('http://host.test/'));
    },
  },
  C4: {
    breaks: async (onViolation) => {
      let isSlow = false;
      const { promise, resolve } = deferred();
      const application = lint(() => promise.then(hello), {
        answerTimeoutMs: 5,
        onViolation(violation) {
          isSlow = true;
          onViolation(violation);
          resolve();
        },
      });
      // The timer keeps no process alive; the server of a real application does.
      const alive = setInterval(() => isSlow, 5);
      await application.fetch(new Request('http://host.test/'));
      clearInterval(alive);
    },
    keeps: web(hello, undefined, { answerTimeoutMs: 5_000 }),
  },
  R1: {
    breaks: async (onViolation) => {
      const request = new Request('http://host.test/');
      const wrong = new Proxy(request, {
        get: (target, name) => (name === 'method' ? 'GE T' : Reflect.get(target, name)),
      });
      await lint(hello, { onViolation }).fetch(wrong, createContext(request));
    },
    keeps: web(hello, new Request('http://host.test/', { method: 'PURGE' })),
  },
  R2: { breaks: given({ basePath: '/x/' }), keeps: given({}) },
  R3: { breaks: given({ path: 'x' }), keeps: given({}) },
  R4: { breaks: given({ path: '/x?a' }), keeps: node((_, res) => res.end(), '/x?a') },
  R5: {
    breaks: async (onViolation) => {
      const context = createContext(new Request('http://host.test/a'));
      await lint(hello, { onViolation }).fetch(new Request('http://host.test/b'), context);
    },
    keeps: async (onViolation) => {
      const dispatcher = createDispatcher({ '/a': lint(hello, { onViolation }) });
      await (await dispatcher.fetch(new Request('http://host.test/a/b?c=%2f'))).text();
      await overSocket(dispatcher, '/a/b%2fc?d');
    },
  },
  R6: { breaks: given({ protocol: 'ftp' }), keeps: given({}, new Request('https://host.test/')) },
  R7: { breaks: given({ host: 'user@host.test' }), keeps: given({}, new Request('http://[::1]:8080/')) },
  R8: {
    breaks: web(
      hello,
      new Request('http://host.test/', { method: 'POST', headers: { 'content-length': '3' } }),
    ),
    keeps: web(hello, post('abc', { 'content-length': '3' })),
  },
  R9: {
    breaks: async (onViolation) => {
      const request = new Request('http://host.test/');
      const wrong = new Proxy(request, {
        get: (target, name) => (name === 'body' ? { locked: true } : Reflect.get(target, name)),
      });
      await lint(hello, { onViolation }).fetch(wrong, createContext(request));
    },
    keeps: web(hello, post('abc')),
  },
  R10: { breaks: given({ waitUntil: undefined }), keeps: given({}) },
  R11: {
    breaks: given({ signal: AbortSignal.abort() }),
    keeps: web(hello, new Request('http://host.test/', { signal: AbortSignal.abort() })),
  },
  R12: {
    breaks: async (onViolation) => {
      const request = new Request('http://host.test/');
      const context = createContext(request);
      const { basePath, path, target } = context;
      const copy = Object.defineProperties(Object.create(null), {
        ...Object.getOwnPropertyDescriptors(Object.getPrototypeOf(context)),
        path: { value: path },
        target: { value: target },
        basePath: { value: basePath, writable: true },
      }) as RequestContext;
      const facts = forged(request, {});
      const wrong = new Proxy(copy, { get: (_, name) => Reflect.get(facts, name), has: () => true });
      await lint(hello, { onViolation }).fetch(request, wrong);
    },
    keeps: given({}),
  },
  R13: {
    breaks: given({}, new Request('http://host.test/', { headers: { te: 'trailers' } })),
    keeps: async (onViolation) => {
      await overSocket(lint(hello, { onViolation }), '/', { headers: { te: 'trailers' } });
    },
  },
  I1: {
    breaks: async (onViolation) => {
      let late: Request | undefined;
      const application = lint(
        (request) => {
          late = request;
          return new Response(null);
        },
        { onViolation },
      );
      await application.fetch(post(streamOf('abc')));
      await late?.text();
    },
    keeps: web(
      async (request) => new Response(await request.text(), { headers: text }),
      post(streamOf('abc')),
    ),
  },
  I2: {
    breaks: web(
      async (request) => {
        await request.body?.cancel();
        await new Promise((resolve) => setTimeout(resolve, 10));
        return hello();
      },
      post(streamOf('abc')),
    ),
    keeps: web(hello, post(streamOf('abc'))),
  },
  I3: {
    breaks: web(
      async (request) => new Response(await request.text(), { headers: text }),
      post(streamOf('abc'), { 'content-length': '2' }),
    ),
    keeps: web(
      async (request) => new Response(await request.text(), { headers: text }),
      post(streamOf('abc'), { 'content-length': '3' }),
    ),
  },
  S1: {
    breaks: web(() => shaped({ status: 99 })),
    keeps: node((_, res) => res.writeHead(799).end()),
  },
  S2: {
    breaks: web(() => shaped({ statusText: 'a\r\nb' })),
    keeps: node((_, res) => res.writeHead(200, 'Très bien').end()),
  },
  S3: { breaks: web(withHeader('status', '200')), keeps: web(withHeader('x-status', '200')) },
  S4: {
    breaks: node((_, res) => {
      try {
        res.writeHead(200, ['x-a', 'a\r\nb: c']);
      } catch {
        // Node refuses it too.
      }
      res.end();
    }),
    keeps: web(withHeader('x-a', 'é')),
  },
  S5: {
    breaks: web(withHeader('connection', 'close')),
    keeps: node((_, res) => res.writeHead(426, { upgrade: 'websocket', connection: 'upgrade' }).end()),
  },
  S6: {
    breaks: web(withHeader('content-length', '3', 204)),
    keeps: web(withHeader('content-length', '3', 304)),
  },
  S7: {
    breaks: node((_, res) => res.end('hello')),
    keeps: node((_, res) => res.setHeader('content-type', 'text/plain').end('hello')),
  },
  S8: {
    breaks: web(withHeader('set-cookie', 'a=1, b=2')),
    keeps: web(withHeader('set-cookie', 'a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT')),
  },
  S9: { breaks: web(withHeader('etag', 'abc')), keeps: web(withHeader('etag', 'W/"abc"')) },
  S10: {
    breaks: web(withHeader('location', '//evil.example', 302)),
    keeps: web(withHeader('location', '../login?next=/x', 302)),
  },
  S11: {
    breaks: web(() => new Response(null, { status: 302 })),
    keeps: web(() => new Response(null, { status: 304 })),
  },
  S12: {
    breaks: node((_, res) => {
      res.on('error', () => undefined);
      res.writeHead(200, ['content-length', '0', 'transfer-encoding', 'chunked']).end();
    }),
    keeps: node((_, res) => res.writeHead(200, { ...text, 'transfer-encoding': 'chunked' }).end('a')),
  },
  S13: {
    breaks: web(withHeader('content-type', 'text/plain', 204)),
    keeps: web(withHeader('etag', '"a"', 304)),
  },
  B1: {
    breaks: web(() => new Response(streamOf(1), { headers: text })),
    keeps: web(() => new Response(streamOf('a'), { headers: text })),
  },
  B2: {
    breaks: web(() => new Response(streamOf('abc'), { headers: { ...text, 'content-length': '4' } })),
    keeps: node((_, res) => {
      res.writeHead(200, { ...text, 'content-length': '6' });
      res.write('€');
      res.end('ÿÿÿ', 'latin1');
    }),
  },
  B4: {
    breaks: web(() => new Response(streamOf('a', ...Array<string>(12).fill('')), { headers: text })),
    keeps: web(() => new Response(streamOf('a', '', 'b'), { headers: text })),
  },
  B6: {
    breaks: node((_, res) => res.end('hello'), '/', { method: 'HEAD' }),
    keeps: node((_, res) => res.setHeader('content-length', 5).end(), '/', { method: 'HEAD' }),
  },
  F1: {
    breaks: async (onViolation) => {
      const request = new Request('http://host.test/');
      // A server that ends the exchange without a word to the body.
      const exchange = { ends: [] as ((outcome: unknown) => void)[] };
      const context = forged(request, {
        onFinished: (end: (outcome: unknown) => void) => exchange.ends.push(end),
      });
      await lint(() => new Response(streamOf('a')), { onViolation }).fetch(request, context);
      for (const end of exchange.ends) end({ kind: 'completed', status: 200 });
    },
    keeps: async (onViolation) => {
      const application = lint(() => new Response(streamOf('a', 'b'), { headers: text }), { onViolation });
      await (await application.fetch(new Request('http://host.test/'))).body?.cancel();
    },
  },
  F2: {
    breaks: between(
      () => new Response(streamOf('a'), { headers: text }),
      async (next, request, context) => {
        await next.fetch(request, context);
        return hello();
      },
    ),
    keeps: between(
      () => new Response(streamOf('a'), { headers: text }),
      async (next, request, context) => {
        const replaced = await next.fetch(request, context);
        await replaced.body?.cancel();
        return hello();
      },
    ),
  },
  F3: {
    breaks: async (onViolation) => {
      const request = new Request('http://host.test/');
      const context = forged(request, {
        onFinished(end: (outcome: unknown) => void) {
          end({ kind: 'completed', status: 200 });
          end({ kind: 'completed', status: 200 });
        },
      });
      await lint(hello, { onViolation }).fetch(request, context);
    },
    keeps: web(hello),
  },
  F4: {
    breaks: async (onViolation) => {
      const application = lint(() => new Response(streamOf('a'), { headers: text }), { onViolation });
      await application.fetch(new Request('http://host.test/'));
      await application.stop?.();
    },
    keeps: async (onViolation) => {
      const application = lint(hello, { onViolation });
      await (await application.fetch(new Request('http://host.test/'))).text();
      await overSocket(application, '/');
    },
  },
  M2: {
    breaks: between(
      () => new Response(streamOf('a', 'b'), { headers: text }),
      async (next, request, context) =>
        new Response(await (await next.fetch(request, context)).text(), { headers: text }),
    ),
    keeps: between(
      () => new Response(streamOf('a', 'b'), { headers: text }),
      (next, request, context) => next.fetch(request, context),
    ),
  },
  M3: {
    breaks: between(
      () => new Response('abc', { headers: { ...text, etag: '"1"' } }),
      async (next, request, context) => {
        const response = await next.fetch(request, context);
        return new Response((await response.text()).toUpperCase(), response);
      },
    ),
    keeps: between(
      () => new Response('abc', { headers: { ...text, etag: '"1"' } }),
      async (next, request, context) => {
        const response = await next.fetch(request, context);
        return new Response((await response.text()).toUpperCase(), { headers: text });
      },
    ),
  },
  M4: {
    breaks: between(
      () => new Response('abc', { headers: { ...text, 'content-encoding': 'br' } }),
      async (next, request, context) => {
        const response = await next.fetch(request, context);
        return new Response(`${await response.text()}!`, response);
      },
    ),
    keeps: between(
      () => new Response('abc', { headers: { ...text, 'content-encoding': 'br' } }),
      (next, request, context) => next.fetch(request, context),
    ),
  },
  M5: {
    breaks: between(hello, (next, request, context) =>
      next.fetch(request, withBasePath(context, request, '/x')),
    ),
    keeps: async (onViolation) => {
      const inner = lint(hello, { onViolation });
      const outer = lint(createDispatcher({ '/a': createDispatcher({ '/b': inner }) }), { onViolation });
      await (await outer.fetch(new Request('http://host.test/a/b//c'))).text();
      await overSocket(outer, '/a/b//c');
    },
  },
  M6: {
    breaks: node((req, res) => {
      (req as { originalUrl?: string }).originalUrl = '/elsewhere';
      res.end();
    }),
    keeps: node((req, res) => {
      req.url = '/elsewhere';
      res.end();
    }),
  },
  E1: {
    breaks: node((_, res) => {
      res.writeHead(200);
      try {
        res.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' });
      } catch {
        // Some versions of Node refuse it too.
      }
      res.end();
    }),
    keeps: node((_, res) => {
      res.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' });
      res.end();
    }),
  },
  E2: {
    breaks: upgradeWith(() => undefined),
    keeps: upgradeWith((socket) => socket.end('HTTP/1.1 400 No\r\n\r\n')),
  },
};

/** The same exchange, seen from elsewhere. */
function withBasePath(context: RequestContext, request: Request, basePath: string): RequestContext {
  const { exchange } = context as RequestContext & { exchange: unknown };
  return forged(request, { exchange, basePath, path: '/somewhere' });
}

function upgradeWith(answer: (socket: Duplex) => void): Case {
  return async (onViolation) => {
    const application = lint(
      { fetch: hello, upgrade: (_, socket) => answer(socket) },
      { onViolation, answerTimeoutMs: 20 },
    );
    const server = await serve(hello, { port: 0, host: '127.0.0.1', closeTimeoutMs: 100 });
    const { promise, resolve } = deferred();
    server.httpServer.on('upgrade', (request, socket, head) => {
      socket.on('error', () => undefined);
      // The client leaves when the verdict has had its time: this timer is set after that of the check.
      void application.upgrade?.(request, socket, head);
      setTimeout(() => {
        socket.destroy();
        resolve();
      }, 60);
    });
    const client = connect(server.port, '127.0.0.1');
    client.on('error', () => undefined);
    await once(client, 'connect');
    client.write('GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n');
    await promise;
    client.destroy();
    await server.close();
  };
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function deferred(): Deferred {
  const result: { promise?: Promise<void>; resolve?: () => void } = {};
  result.promise = new Promise<void>((resolve) => {
    result.resolve = resolve;
  });
  return result as Deferred;
}
