import { expect, it } from 'vitest';
import { startProgram } from '../isolation/program.js';
import { askOn, openSession, readReply } from './ask.js';

const certificates = new URL('certificates/', import.meta.url).pathname;

/** Two applications; one of them throws in a timer, while the other has not answered yet. */
function program(options: string): string {
  return `
    import { readFileSync } from 'node:fs';
    import { setTimeout as delay } from 'node:timers/promises';
    import { fromFastify } from '@viaduct/fastify';
    import { fromKoa } from '@viaduct/koa';
    import fastify from 'fastify';
    import Koa from 'koa';
    import { createDispatcher, serve } from 'viaduct';
    let release;
    const slow = fastify();
    slow.get('/', async () => { await new Promise((resolve) => { release = resolve; }); return 'slow'; });
    const faulty = new Koa().use((ctx) => {
      ctx.body = 'answered';
      setTimeout(() => { throw new Error('stray'); }, 100);
    });
    const server = await serve(createDispatcher({ '/slow': fromFastify(slow), '/faulty': fromKoa(faulty) }), {
      port: 0, host: '127.0.0.1', http2: true, strayErrors: 'drain', ${options}
      tls: {
        key: readFileSync(${JSON.stringify(`${certificates}localhost.key.pem`)}),
        cert: readFileSync(${JSON.stringify(`${certificates}localhost.cert.pem`)}),
      },
      onError: (error, { mounts, stray, suspects }) => {
        console.log(JSON.stringify({ error: String(error), mounts, stray, suspects: suspects?.map((each) => each.mounts) }));
        release?.();
      },
    });
    console.log('port ' + server.port);
  `;
}

it.each([
  ['the applications with requests under way are named', '', { mounts: [], suspects: [['/slow']] }],
  ['with attribution the one that it strayed from', 'attributeStrayErrors: true,', { mounts: ['/faulty'] }],
])('F9 over HTTP/2 %s, and their streams get their answers', async (_what, options, told) => {
  const running = await startProgram(program(options));
  const session = openSession(running.port);
  const slow = readReply(session.request({ ':path': '/slow' }));
  expect((await askOn(session, { path: '/faulty' })).body).toBe('answered');
  expect((await slow).body).toBe('slow');
  const { code, output } = await running.ended;
  expect(code).toBe(1);
  expect(JSON.parse(output.split('\n')[1] ?? '{}')).toEqual({
    error: 'Error: stray',
    stray: 'uncaughtException',
    ...told,
  });
});
