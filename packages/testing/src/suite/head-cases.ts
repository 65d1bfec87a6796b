import assert from 'node:assert/strict';
import { type Answer, json, text } from './behaviour.js';
import { snapshot } from './bench.js';
import type { Case } from './case.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const STATUSES = [200, 201, 202, 400, 404, 418, 500, 503, 599];
const EMPTY_STATUSES = [204, 304];

/** An answer with this status and nothing else. */
function bare(status: number): Answer {
  return { status, headers: [] };
}

/** Methods, statuses and headers, in both directions (CONFORMANCE A5, A6). */
export const HEAD_CASES: readonly Case[] = [
  ...METHODS.map((method): Case => ({
    name: `${method} arrives as ${method}`,
    async run(bench) {
      const application = await bench.application(async (request) => json(request.method));
      const { response } = await bench.send(application, '/', { method });
      const read = await snapshot(response);
      assert.equal(read.body, JSON.stringify(method));
      return [read];
    },
  })),
  {
    name: 'HEAD is answered with the head of GET and without a body',
    async run(bench) {
      const application = await bench.application(async () => ({
        ...text('hello'),
        headers: [...text('').headers, ['x-a', 'b']],
      }));
      const get = await snapshot((await bench.send(application, '/')).response);
      const { response, outcome } = await bench.send(application, '/', { method: 'HEAD' });
      const head = await snapshot(response);
      assert.deepEqual(head, { ...get, body: '' });
      assert.equal((await outcome).kind, 'completed');
      return [get, head];
    },
  },
  ...STATUSES.map((status): Case => ({
    name: `status ${status} is passed on`,
    async run(bench) {
      const application = await bench.application(async () => text('x', status));
      const read = await snapshot((await bench.send(application, '/')).response);
      assert.deepEqual([read.status, read.body], [status, 'x']);
      return [read];
    },
  })),
  ...EMPTY_STATUSES.map((status): Case => ({
    name: `status ${status} has no body and no length`,
    async run(bench) {
      const application = await bench.application(async () => bare(status));
      const { response } = await bench.send(application, '/');
      assert.deepEqual([response.status, response.headers.get('transfer-encoding')], [status, null]);
      if (status === 204) assert.equal(response.headers.get('content-length'), null);
      return [await snapshot(response)];
    },
  })),
  {
    name: 'a reason phrase is passed on',
    async run(bench) {
      const application = await bench.application(async () => ({ ...text('x'), reason: 'Quite Fine' }));
      const { response } = await bench.send(application, '/');
      assert.equal(response.statusText, 'Quite Fine');
      return [await snapshot(response)];
    },
  },
  {
    name: 'two cookies stay two headers, in their order',
    async run(bench) {
      const cookies = ['a=1; Path=/x; Expires=Wed, 21 Oct 2065 07:28:00 GMT', 'b=2; HttpOnly'];
      const headers = cookies.map((cookie) => ['set-cookie', cookie] as const);
      const application = await bench.application(async () => ({
        ...text('x'),
        headers: [...text('').headers, ...headers],
      }));
      const { response } = await bench.send(application, '/');
      assert.deepEqual(response.headers.getSetCookie(), cookies);
      return [await snapshot(response)];
    },
  },
  {
    name: 'request headers arrive, also Latin-1 and several of one name',
    async run(bench) {
      const application = await bench.application(async ({ header }) =>
        json([header('x-a'), header('x-latin'), header('x-none') ?? null, header('cookie')]),
      );
      const headers = new Headers({ 'x-a': '1', 'x-latin': 'é', cookie: 'a=1; b=2' });
      headers.append('x-a', '2');
      const read = await snapshot((await bench.send(application, '/', { headers })).response);
      assert.deepEqual(JSON.parse(Buffer.from(read.body, 'latin1').toString()), [
        '1, 2',
        'é',
        null,
        'a=1; b=2',
      ]);
      return [read];
    },
  },
  {
    name: 'response headers are passed on, also Latin-1, with cache and entity headers untouched',
    async run(bench) {
      const own: Answer['headers'] = [
        ['x-latin', 'é'],
        ['etag', '"abc"'],
        ['cache-control', 'no-store'],
        ['vary', 'accept'],
      ];
      const application = await bench.application(async () => ({
        ...text('x'),
        headers: [...text('').headers, ...own],
      }));
      const { response } = await bench.send(application, '/');
      for (const [name, value] of own) assert.equal(response.headers.get(name), value);
      return [await snapshot(response)];
    },
  },
];
