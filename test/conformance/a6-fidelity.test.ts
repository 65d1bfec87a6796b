import { createDispatcher, lint, serve, type Server, toApplication } from 'viaduct';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, ApplicationFactory } from '@viaduct/testing';
import { fastify, koa, node, web } from '../suite/bridges.js';
import { PASSAGES } from '../streams/passages.js';
import { Connection } from './connection.js';
import { valuesOf, type WireResponse } from './wire-response.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const TYPE = ['content-type', 'text/plain'] as const;

interface Case {
  readonly title: string;
  readonly target: string;
  readonly answer: Answer;
  readonly method?: string;
  readonly version?: '1.0';
  holds(response: WireResponse): void;
}

function status(code: number): Case {
  return {
    title: `A6.91 status ${code} passes`,
    target: `/status/${code}`,
    answer: { status: code, headers: [TYPE], body: bytes('x') },
    holds: (response) => expect([response.status, response.body.toString()]).toEqual([code, 'x']),
  };
}

function empty(code: number): Case {
  return {
    title: `A6.89, A6.90 a ${code} has its headers, and neither body nor encoding`,
    target: `/empty/${code}`,
    answer: {
      status: code,
      headers: [
        ['etag', '"v1"'],
        ['cache-control', 'max-age=60'],
      ],
    },
    holds(response) {
      expect([response.status, response.body.length]).toEqual([code, 0]);
      expect(valuesOf(response, 'transfer-encoding')).toEqual([]);
      expect(valuesOf(response, 'content-type')).toEqual([]);
      expect([valuesOf(response, 'etag'), valuesOf(response, 'cache-control')]).toEqual([
        ['"v1"'],
        ['max-age=60'],
      ]);
      if (code !== 205) expect(valuesOf(response, 'content-length')).toEqual([]);
    },
  };
}

function location(value: string): Case {
  return {
    title: `A6.106, A6.107 Location: ${value} stays as it is`,
    target: `/location/${Buffer.from(value).toString('hex')}`,
    answer: { status: 302, headers: [['location', value]] },
    holds: (response) => expect(valuesOf(response, 'location')).toEqual([value]),
  };
}

async function* pieces(): AsyncGenerator<Uint8Array> {
  yield bytes('one ');
  await new Promise(setImmediate);
  yield bytes('two');
}

const CASES: readonly Case[] = [
  {
    title: 'A6.88, H2 two cookies are two lines, in order, with their attributes',
    target: '/cookies',
    answer: {
      status: 200,
      headers: [
        TYPE,
        ['set-cookie', 'a=1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT'],
        ['set-cookie', 'b=2; Path=/b'],
      ],
      body: bytes('x'),
    },
    holds: (response) =>
      expect(valuesOf(response, 'set-cookie')).toEqual([
        'a=1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT',
        'b=2; Path=/b',
      ]),
  },
  empty(204),
  empty(304),
  status(418),
  status(599),
  {
    title: 'A6.94 a body of unknown length is chunked',
    target: '/chunked',
    answer: { status: 200, headers: [TYPE], body: pieces() },
    holds(response) {
      expect(response.body.toString()).toBe('one two');
      expect(valuesOf(response, 'transfer-encoding')).toEqual(['chunked']);
    },
  },
  {
    title: 'A6.94 a body of unknown length ends an HTTP/1.0 connection, unchunked',
    target: '/chunked-1.0',
    version: '1.0',
    answer: { status: 200, headers: [TYPE], body: pieces() },
    holds(response) {
      expect(response.body.toString()).toBe('one two');
      expect(valuesOf(response, 'transfer-encoding')).toEqual([]);
    },
  },
  {
    title: 'A6.95 headers of the message, unlike those of the connection, stay',
    target: '/kept',
    answer: {
      status: 200,
      headers: [
        TYPE,
        ['via', '1.1 inner'],
        ['warning', '199 - "x"'],
        ['pragma', 'no-cache'],
        ['cache-control', 'no-store'],
      ],
      body: bytes('x'),
    },
    holds(response) {
      for (const name of ['via', 'warning', 'pragma', 'cache-control'])
        expect([name, valuesOf(response, name).length]).toEqual([name, 1]);
    },
  },
  {
    title: 'A6.96 Date is added',
    target: '/date',
    answer: { status: 200, headers: [TYPE], body: bytes('x') },
    holds: (response) => expect(valuesOf(response, 'date')).toHaveLength(1),
  },
  {
    title: 'A6.96 Date and Server of the application are not doubled',
    target: '/own-date',
    answer: {
      status: 200,
      headers: [TYPE, ['date', 'Mon, 01 Jan 2024 00:00:00 GMT'], ['server', 'inner/1']],
      body: bytes('x'),
    },
    holds: (response) =>
      expect([valuesOf(response, 'date'), valuesOf(response, 'server')]).toEqual([
        ['Mon, 01 Jan 2024 00:00:00 GMT'],
        ['inner/1'],
      ]),
  },
  {
    title: 'A6.97 text beyond ASCII is UTF-8 of the right length',
    target: '/euro',
    answer: { status: 200, headers: [TYPE], body: bytes('5 €') },
    holds(response) {
      expect(response.body.toString()).toBe('5 €');
      expect(valuesOf(response, 'content-length')).toEqual(['5']);
    },
  },
  location('/x'),
  location('..'),
  location('../up?a=1#f'),
  {
    title: 'A6.111 an encoded body passes untouched, with its encoding',
    target: '/gzip',
    answer: {
      status: 200,
      headers: [TYPE, ['content-encoding', 'gzip'], ['vary', 'accept-encoding']],
      body: new Uint8Array([
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 4, 0, 0x43, 0xbe, 0xb7, 0xe8, 1, 0, 0, 0,
      ]),
    },
    holds(response) {
      expect(response.body.subarray(0, 3)).toEqual(Buffer.from([0x1f, 0x8b, 8]));
      expect([valuesOf(response, 'content-encoding'), response.body.length]).toEqual([['gzip'], 21]);
    },
  },
];

const FACTORIES: readonly (readonly [name: string, factory: ApplicationFactory])[] = [
  ['a fetch handler', web],
  ['a native handler', node],
  ['Koa', koa],
  ['Fastify', fastify],
];

describe.each(
  PASSAGES.flatMap((passage) => FACTORIES.map(([name, factory]) => ({ name, factory, passage }))),
)('$name, $passage.name', ({ factory, passage }) => {
  let server: Server;
  beforeAll(async () => {
    const application = await factory(async ({ url }) => {
      const { answer } = CASES.find(({ target }) => url === target) ?? {};
      if (answer === undefined) throw new Error(`thrown at ${url}`);
      return answer.body === undefined || ArrayBuffer.isView(answer.body)
        ? answer
        : { ...answer, body: pieces() };
    });
    const around = passage.around(
      lint(toApplication(application), { mode: 'throw', ignore: ['S10', 'B6', 'S7'] }),
    );
    server = await serve(createDispatcher({ '/app': around }), {
      port: 0,
      host: '127.0.0.1',
      onError: () => undefined,
    });
  });
  afterAll(() => server.close());

  async function ask(target: string, version = '1.1', method = 'GET'): Promise<WireResponse> {
    const connection = await Connection.open(server.port);
    await connection.write(`${method} /app${target} HTTP/${version}\r\nHost: h.test\r\n\r\n`);
    const response = await connection.read(method);
    connection.reset();
    return response;
  }

  it.each(CASES)('$title', async ({ target, version, method, holds }) =>
    holds(await ask(target, version, method)),
  );

  it('A6.103 an application that throws is answered with 500 and without a stack, and the next request is served', async () => {
    const response = await ask('/throws');
    expect(response.status).toBe(500);
    expect(response.body.toString()).not.toMatch(/\bat .*:\d+/);
    expect((await ask('/date')).status).toBe(200);
  });
});
