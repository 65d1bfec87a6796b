import type { ServerResponse } from 'node:http';
import { constants } from 'node:http2';
import { createDispatcher, fromNode } from 'viaduct';
import { describe, expect, it } from 'vitest';
import { defer } from '../conformance/deferred.js';
import { askOn, openSession, readReply, untilReset } from './ask.js';
import { openSecureServer } from './secure-server.js';

type Write = (response: ServerResponse) => void;

const WRONG: readonly (readonly [string, Write])[] = [
  ['short, in one go', (response) => response.setHeader('content-length', 10).end('abc')],
  ['long, in one go', (response) => response.setHeader('content-length', 2).end('abcdef')],
  [
    'short, in pieces',
    (response) =>
      void (response.writeHead(200, { 'content-length': 10 }), response.write('a'), response.end('b')),
  ],
  [
    'long, in pieces',
    (response) =>
      void (response.writeHead(200, { 'content-length': 2 }), response.write('a'), response.write('bc')),
  ],
  ['nothing', (response) => response.writeHead(200, { 'content-length': 2 }).end()],
];

describe('content-length over HTTP/2 that does not match', () => {
  // Clients of today close their connection for a body that is too long, with all that is under way on it.
  it.each(WRONG)(
    'L9: %s resets its stream and is told; an answer beside it stays whole',
    async (_, write) => {
      const begun = defer();
      const goOn = defer();
      const liar = fromNode((_request, response) => write(response.setHeader('content-type', 'text/plain')), {
        name: 'liar',
      });
      const honest = fromNode(async (_request, response) => {
        response.setHeader('content-type', 'text/plain').write('half');
        begun.resolve();
        await goOn.promise;
        response.end(' and half');
      });
      const { server, reports } = await openSecureServer(createDispatcher({ '/liar': liar, '/': honest }));
      const session = openSession(server.port);
      const beside = readReply(session.request({ ':path': '/' }));
      await begun.promise;
      const code = await untilReset(session.request({ ':path': '/liar' }));
      expect(code).toBe(constants.NGHTTP2_INTERNAL_ERROR);
      goOn.resolve();
      expect((await beside).body).toBe('half and half');
      expect(reports).toMatchObject([
        { error: { code: 'VIADUCT_E_BODY_LENGTH' }, info: { application: { name: 'liar' } } },
      ]);
    },
  );

  it.each<[string, string, Write]>([
    ['HEAD', 'HEAD', (response) => response.setHeader('content-length', 10).end()],
    ['304', 'GET', (response) => response.writeHead(304, { 'content-length': 10 }).end()],
    ['204', 'GET', (response) => response.writeHead(204).end()],
    ['the right length', 'GET', (response) => response.setHeader('content-length', 3).end('abc')],
  ])('is no error where it matches, or where there is no body: %s', async (_name, method, write) => {
    const { server, reports } = await openSecureServer(
      fromNode((_request, response) => write(response.setHeader('content-type', 'text/plain'))),
    );
    await askOn(openSession(server.port), { path: '/', method });
    expect(reports).toEqual([]);
  });
});
