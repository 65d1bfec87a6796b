import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { fromKoa } from '@viaduct/koa';
import { fromFastify } from '@viaduct/fastify';
import fastify from 'fastify';
import Koa from 'koa';
import { type Application, createContext, fromNode } from 'viaduct';
import { PASSAGES } from './passages.js';

const PIECE = Buffer.alloc(64 * 1024);

/** A stream that always has more than anybody takes: what Readable.toWeb() does not survive. */
function eager(): Readable {
  return new Readable({
    highWaterMark: 1,
    read() {
      this.push(PIECE);
    },
  });
}

const SOURCES: readonly (readonly [name: string, create: () => Application])[] = [
  [
    'Koa',
    () => {
      const app = new Koa().use((ctx) => void (ctx.body = eager()));
      app.silent = true;
      return fromKoa(app);
    },
  ],
  [
    'Fastify',
    () => {
      const app = fastify();
      app.get('/*', async (_request, reply) => reply.send(eager()));
      return fromFastify(app);
    },
  ],
  ['a native handler', () => fromNode((_request, response) => void eager().pipe(response))],
];

/** Those that turn a stream of Node's into one of the web, and back: hosts that compose. */
const CONVERTING = PASSAGES.filter(({ name }) => /^by its web face|composing$/.test(name));

describe.each(CONVERTING)('$name', ({ around }) => {
  it.each(SOURCES)(
    'L6: 334 answers of %s cancelled under back-pressure end without an uncaught error (nodejs/node#64529)',
    async (_name, create) => {
      const faults: unknown[] = [];
      const note = (error: unknown): void => void faults.push(error);
      process.on('uncaughtException', note).on('unhandledRejection', note);
      const application = around(create());
      await application.start?.();
      for (let round = 0; round < 334; round += 1) {
        const request = new Request('http://h.test/x');
        const response = await application.fetch(request, createContext(request));
        const reader = response.body?.getReader();
        if (round % 3 > 0) await reader?.read();
        if (round % 3 > 1) await new Promise(setImmediate);
        await reader?.cancel(round % 2 === 0 ? undefined : new Error('enough'));
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
      await application.stop?.();
      process.off('uncaughtException', note).off('unhandledRejection', note);
      expect(faults).toEqual([]);
    },
  );
});
