import { runInNewContext } from 'node:vm';
import { type Application, createDispatcher, type FetchHandler } from 'viaduct';
import { toFastify } from '@viaduct/fastify';
import { toKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import { Response as CopiedResponse } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FACES } from '../conformance/faces.js';
import { toBytes } from '../conformance/message.js';
import { openServer } from '../conformance/opened-server.js';

const hostile = (): object => Proxy.revocable({}, {}).proxy;
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const throwing = (member: string): object =>
  Object.defineProperty({}, member, {
    get() {
      throw new Error(`asked for the ${member}`);
    },
  });
const trapped = (): object =>
  new Proxy(new Error('behind a trap'), {
    get() {
      throw new Error('asked for a member');
    },
  });

describe('F3 a value that cannot be looked at', () => {
  it.each([
    ['a proxy', hostile],
    ['a revoked proxy', revoked],
    ['an object whose message throws', () => throwing('message')],
    ['an object whose code throws', () => throwing('code')],
    ['a proxy with a trap that throws', trapped],
  ])('(%s) thrown in a request is a 500, and thrown in a start is named', async (_name, create) => {
    const table = createDispatcher(
      {
        '/request': () => {
          throw create();
        },
        '/start': {
          fetch: () => new Response(),
          start() {
            throw create();
          },
        },
      },
      { boot: 'isolate' },
    );
    const { connect, reports } = await openServer(table);
    const connection = await connect();
    for (const [target, status] of [
      ['/request', 500],
      ['/start', 503],
      ['/request', 500],
    ] as const) {
      await connection.write(toBytes({ target }));
      expect((await connection.read()).status).toBe(status);
    }
    expect(reports.map(({ info }) => info.mounts)).toEqual([['/start'], ['/request'], ['/request']]);
  });
});

/** Answers that are a `Response` to whoever judges by shape, and to nobody who asks `instanceof`. */
const FOREIGN: readonly (readonly [name: string, create: () => unknown])[] = [
  [
    'of another realm',
    () =>
      runInNewContext(
        `class Response {
          status = 201; statusText = ''; bodyUsed = false;
          constructor(headers, body) { this.headers = headers; this.body = body; }
          text() { return read(this.body); }
        }
        new Response(headers, body)`,
        {
          headers: new Headers({ 'x-a': '1' }),
          body: new Response('foreign').body,
          read: (body: ReadableStream<Uint8Array>) => new Response(body).text(),
        },
      ),
  ],
  ['of a copy of undici', () => new CopiedResponse('foreign', { status: 201, headers: { 'x-a': '1' } })],
  [
    'of a global that was replaced',
    () => {
      const original = globalThis.Response;
      const replaced = class extends original {
        readonly isReplaced = true;
      };
      Object.defineProperty(replaced, Symbol.hasInstance, { value: () => false });
      globalThis.Response = replaced;
      onTestFinished(() => {
        globalThis.Response = original;
      });
      return new Response('foreign', { status: 201, headers: { 'x-a': '1' } });
    },
  ],
];

describe.each(FACES)('F8 on the $name', (face) => {
  it.each(FOREIGN)('a Response %s is taken by its shape', async (_name, create) => {
    const application: Application = { fetch: create as unknown as Application['fetch'] };
    const door = await face.open(createDispatcher({ '/foreign': application }));
    onTestFinished(() => door.close());
    const answer = await door.send({ target: '/foreign' });
    expect([answer.status, answer.text, answer.values('x-a')]).toEqual([201, 'foreign', ['1']]);
  });
});

describe('S11 an error of an application inside a framework', () => {
  const failing: FetchHandler = () => {
    throw new Error('of the guest');
  };

  it('shows no stack in the format of Fastify, nor of Koa', async () => {
    const host = fastify();
    void host.register(toFastify(failing), { prefix: '/guest' });
    onTestFinished(() => host.close());
    const inFastify = await host.inject('/guest');
    expect([inFastify.statusCode, inFastify.body]).toEqual([
      500,
      expect.not.stringMatching(/\n\s+at |\.ts:/),
    ]);

    const app = new Koa();
    app.silent = true;
    const { connect } = await openServer(createDispatcher({ '/': await koaHost(app, failing) }));
    const connection = await connect();
    await connection.write(toBytes({ target: '/' }));
    const { status, body } = await connection.read();
    expect([status, body.toString()]).toEqual([500, 'Internal Server Error']);
  });
});

async function koaHost(app: Koa, guest: FetchHandler): Promise<Application> {
  const { fromKoa } = await import('@viaduct/koa');
  return fromKoa(app.use(toKoa(guest)));
}
