import { fromFastify } from '@viaduct/fastify';
import fastify from 'fastify';
import { Readable } from 'node:stream';
import { type Application, createDispatcher, lint } from 'viaduct';
import { describe, expect, it, vi } from 'vitest';
import { openServer } from '../conformance/opened-server.js';
import { valuesOf } from '../conformance/wire-response.js';
import { FRAMEWORKS, onWebFace, type Saying } from './frameworks.js';

const FACES: readonly [name: string, shown: (application: Application) => Application][] = [
  ['Node face', (application) => application],
  ['web face', onWebFace],
];

const CASES = FRAMEWORKS.flatMap((framework) =>
  FACES.map(([face, shown]) => ({ name: framework.name, face, create: framework.create, shown })),
);

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: h.test\r\n\r\n`;
}

describe.each(CASES)('$name, $face', ({ name: framework, face, create, shown }) => {
  it.each<[name: string, saying: Saying]>([
    ['H9, F4 a line break in a value', { headers: { 'x-odd': 'a\r\nX-Injected: 1' } }],
    ['H9, F4 a line break in a name', { headers: { 'x-odd\r\nX-Injected': '1' } }],
    ['H9, F4 a line break in the reason', { reason: 'OK\r\nX-Injected: 1' }],
    ['H6, F4 a value beyond Latin-1', { headers: { 'x-odd': '5 \u20ac' } }],
    ['F4 a name that is no token', { headers: { 'x odd': '1' } }],
  ])('%s gets 500, injects nothing, and the next request is served', async (_name, saying) => {
    const written = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { connect } = await openServer(createDispatcher({ '/': shown(create(saying)) }));
    const connection = await connect();
    await connection.write(get('/odd'));
    const refused = await connection.read();
    expect([refused.status, valuesOf(refused, 'x-injected')]).toEqual([500, []]);
    await connection.write(get('/next'));
    expect((await connection.read()).body.toString()).toBe('fine');
    written.mockRestore();
  });

  it('H10 headers that speak of the connection: Node obeys its own, the web face has none', async () => {
    const told: string[] = [];
    const saying: Saying = {
      headers: { connection: 'close', 'keep-alive': 'timeout=99', te: 'x', 'proxy-authenticate': 'Basic' },
      onViolation: ({ id }) => void told.push(id),
    };
    const { connect } = await openServer(createDispatcher({ '/': shown(create(saying)) }));
    const connection = await connect();
    await connection.write(get('/odd'));
    const response = await connection.read();
    expect([response.status, response.body.toString()]).toEqual([200, 'hello']);
    const isNative = face === 'Node face' && framework !== 'a fetch handler';
    expect(valuesOf(response, 'connection')).toEqual([isNative ? 'close' : 'keep-alive']);
    for (const name of ['te', 'proxy-authenticate'])
      expect([name, valuesOf(response, name).length]).toEqual([name, isNative ? 1 : 0]);
    expect(told).toContain('S5');
    if (isNative) return connection.closed;
    await connection.write(get('/next'));
    expect((await connection.read()).body.toString()).toBe('fine');
    return undefined;
  });

  it.each([600, 999])(
    'H11, A6.91 status %i passes where Node carries it, else it is a 500, never a crash',
    async (status) => {
      const written = vi.spyOn(console, 'error').mockImplementation(() => undefined);
      const { connect } = await openServer(createDispatcher({ '/': shown(create({ status })) }));
      const connection = await connect();
      await connection.write(get('/odd'));
      const passes = face === 'Node face' && !['Fastify', 'a fetch handler'].includes(framework);
      expect((await connection.read()).status).toBe(passes ? status : 500);
      await connection.write(get('/next'));
      expect((await connection.read()).body.toString()).toBe('fine');
      written.mockRestore();
    },
  );

  it.each([204, 205, 304])(
    'H12 a body behind status %i never puts the next answer out of step',
    async (status) => {
      const { connect } = await openServer(createDispatcher({ '/': shown(create({ status })) }));
      const connection = await connect();
      await connection.write(get('/odd'));
      const response = await connection.read();
      // The web types refuse the body; what Node's response carries with 205 is framed.
      expect(response.status).toBe(framework === 'a fetch handler' ? 500 : status);
      if (response.status === 205) expect(['', 'hello']).toContain(response.body.toString());
      // Koa takes away all that frames the body of a 205: Node then ends it with the connection.
      if (status === 205 && connection.socket.readableEnded) return connection.closed;
      await connection.write(get('/next'));
      expect((await connection.read()).body.toString()).toBe('fine');
      expect(connection.unread).toBe('');
      return undefined;
    },
  );

  it('H12 the answer to HEAD keeps its length and carries no body', async () => {
    const saying: Saying = { headers: { 'content-length': '5' } };
    const { connect } = await openServer(createDispatcher({ '/': shown(create(saying)) }));
    const connection = await connect();
    await connection.write(get('/odd').replace('GET', 'HEAD'));
    const response = await connection.read('HEAD');
    expect([response.status, valuesOf(response, 'content-length')]).toEqual([200, ['5']]);
    await connection.write(get('/next'));
    expect((await connection.read()).body.toString()).toBe('fine');
    expect(connection.unread).toBe('');
  });

  it('H8 headers that are called as members of objects are plain headers', async () => {
    const names = ['constructor', 'hasownproperty', 'tostring', 'valueof'];
    const application = shown(create({ headers: Object.fromEntries(names.map((name) => [name, '1'])) }));
    const { connect } = await openServer(createDispatcher({ '/': application }));
    const connection = await connect();
    const lines = ['__proto__', ...names].map((name) => `${name}: 1\r\n`).join('');
    await connection.write(`GET /odd HTTP/1.1\r\nHost: h.test\r\n${lines}\r\n`);
    const response = await connection.read();
    expect(response.status).toBe(200);
    expect(names.map((name) => valuesOf(response, name))).toEqual(names.map(() => ['1']));
    expect(({} as Record<string, unknown>)['1']).toBeUndefined();
  });

  it.each([
    ['L9, A6.92 short', '10'],
    ['L9, A6.93 long', '2'],
  ])('%s bodies never put the next answer out of step', async (_name, length) => {
    const application = shown(create({ headers: { 'content-length': length } }));
    const { connect } = await openServer(createDispatcher({ '/': application }));
    const connection = await connect();
    const last = 'GET /next HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\n\r\n';
    await connection.write(get('/odd') + last);
    const text = (await connection.takeRest()).toString();
    // Fastify mends the length of a text itself; the others are cut off.
    if (text.includes('fine')) expect(text).toMatch(/content-length: 5\r\n[^]*\r\n\r\nhelloHTTP\/1\.1 200 /i);
    else expect(text.split('HTTP/1.1 ').length).toBeLessThanOrEqual(2);
    expect(text.includes('fine')).toBe(framework === 'Fastify');
  });
});

describe.each(FACES)('Fastify, %s', (_face, shown) => {
  it.each([10, 2])(
    'A6.92, A6.93 a stream of 5 bytes with Content-Length: %i is cut off and reported',
    async (length) => {
      const app = fastify();
      app.get('/*', (_request, reply) =>
        reply
          .type('text/plain')
          .header('content-length', length)
          .send(Readable.from([Buffer.from('hello')])),
      );
      const { connect, reports } = await openServer(
        createDispatcher({ '/': shown(lint(fromFastify(app), { onViolation: () => undefined })) }),
      );
      const connection = await connect();
      await connection.write(get('/'));
      const text = (await connection.takeRest()).toString();
      expect(text).not.toMatch(/\r\n0\r\n\r\n$/);
      const body = text.split('\r\n\r\n')[1] ?? '';
      expect(body.length).toBeLessThanOrEqual(Math.min(length, 5));
      expect(reports).toMatchObject([{ error: { code: 'VIADUCT_E_BODY_LENGTH' } }]);
    },
  );
});
