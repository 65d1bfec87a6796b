import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http2';
import { type Application, createDispatcher } from 'viaduct';
import { describe, expect, it } from 'vitest';
import { KINDS } from '../conformance/kinds.js';
import { askOn, openSession, openStream, readReply } from './ask.js';
import { openSecureServer } from './secure-server.js';

describe.each(KINDS.map((kind) => [kind.name, kind] as const))('%s over HTTP/2', (_name, kind) => {
  function reading(): Application {
    return kind.create(async (call) => ({ body: String((await call.readBody()).length) }));
  }

  it('maxBodyBytes answers 413 to a length that is too long, and serves the next stream', async () => {
    const { server } = await openSecureServer(createDispatcher({ '/': reading() }), { maxBodyBytes: 1_000 });
    const session = openSession(server.port);
    const stream = openStream(session, { ':method': 'POST', ':path': '/', 'content-length': '1001' });
    const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    expect(head[':status']).toBe(413);
    const fits = await askOn(session, { method: 'POST', path: '/', body: 'x'.repeat(1_000) });
    expect([fits.status, fits.body]).toEqual([200, '1000']);
  });

  it('B1 maxBodyBytes counts a body of unknown length', async () => {
    const { server, reports } = await openSecureServer(createDispatcher({ '/': reading() }), {
      maxBodyBytes: 5_000,
    });
    const session = openSession(server.port);
    const stream = openStream(session, { ':method': 'POST', ':path': '/' });
    stream.write(Buffer.alloc(10_000));
    const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    expect(head[':status']).toBe(413);
    expect((await askOn(session, { method: 'POST', path: '/', body: 'abc' })).body).toBe('3');
    expect(reports).toEqual([]);
  });

  it.each(['GET', 'HEAD'])(
    'F10 handlerTimeoutMs answers %s with 504, and serves the next stream',
    async (method) => {
      const stuck = kind.create(() => new Promise(() => undefined), ['C4']);
      const { server, reports } = await openSecureServer(
        createDispatcher({ '/': reading(), '/stuck': stuck }),
        { handlerTimeoutMs: 100 },
      );
      const session = openSession(server.port);
      const reply = await readReply(session.request({ ':method': method, ':path': '/stuck' }));
      expect(reply.status).toBe(504);
      if (method === 'HEAD') expect(reply.body).toBe('');
      expect(reports).toMatchObject([{ error: { code: 'VIADUCT_E_HANDLER_TIMEOUT' } }]);
      expect((await askOn(session, { path: '/' })).body).toBe('0');
    },
  );
});

it('H7 maxHeaders answers 431 over HTTP/2, and serves the next stream', async () => {
  const application = createDispatcher({ '/': () => new Response('hello') });
  const { server } = await openSecureServer(application, { maxHeaders: 20 });
  const session = openSession(server.port);
  const headers = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`x-${index}`, '1']));
  expect((await askOn(session, { path: '/', headers })).status).toBe(431);
  expect((await askOn(session, { path: '/' })).status).toBe(200);
});
