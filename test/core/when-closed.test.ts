import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { fromKoa } from '@viaduct/koa';
import Koa from 'koa';
import { contextOf, createDispatcher, serve, withHooks } from 'viaduct';
import { withAccessLog } from 'viaduct/logging';
import { expect, it, onTestFinished } from 'vitest';
import { until } from '../runner/requests.js';

it('whoever waits for the end of an answer, its response has one listener more for it', async () => {
  const ended: string[] = [];
  const counted: number[] = [];
  const shop = new Koa().use((ctx) => {
    const context = contextOf(ctx.req);
    context.onFinished(() => void ended.push('context'));
    void context.signal;
    counted.push(ctx.res.listenerCount('close'));
    ctx.body = '';
  });
  const application = withAccessLog(
    withHooks(createDispatcher({ '/': fromKoa(shop) }), { onFinished: () => void ended.push('hook') }),
    { logger: { info: () => void ended.push('log') } },
  );
  const server = await serve(application, { port: 0, host: '127.0.0.1', maxInFlight: 10 });
  onTestFinished(() => server.close().then(() => undefined));
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1').resume();
  onTestFinished(() => void socket.destroy());
  // The second waits for its turn, and for the connection too.
  socket.write('GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n'.repeat(2));
  await until(() => ended.length === 6, 'both have ended, for everyone');
  expect(counted).toEqual([1, 1]);
  expect(ended.toSorted()).toEqual(['context', 'context', 'hook', 'hook', 'log', 'log']);
});

it('a listener of an application that throws there keeps nobody from hearing of the end', async () => {
  const uncaught = strayErrors();
  const onFinished = createRequire(createRequire(import.meta.url).resolve('koa'))('on-finished') as (
    response: object,
    listener: () => void,
  ) => void;
  const seen: string[] = [];
  const shop = new Koa().use(async (ctx) => {
    onFinished(ctx.res, () => {
      throw new Error('the meter is gone');
    });
    const { signal } = contextOf(ctx.req);
    signal.addEventListener('abort', () => seen.push('aborted'));
    contextOf(ctx.req).onFinished(({ kind }) => void seen.push(kind));
    seen.push('begun');
    await new Promise(() => undefined);
  });
  const application = createDispatcher({ '/': fromKoa(shop) });
  const server = await serve(application, { port: 0, host: '127.0.0.1' });
  onTestFinished(() => server.close().then(() => undefined));
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n');
  await until(() => seen.length === 1, 'the answer begins');
  socket.destroy();
  await until(() => uncaught.length === 1 && seen.length === 3, 'all are told');
  expect(uncaught).toEqual([new Error('the meter is gone')]);
  expect(seen).toEqual(['begun', 'aborted', 'aborted']);
});

/** What nobody catches for as long as a test lasts, in the place of vitest's own listeners. */
function strayErrors(): unknown[] {
  const errors: unknown[] = [];
  const note = (error: unknown): void => void errors.push(error);
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', note);
  onTestFinished(() => {
    process.off('uncaughtException', note);
    for (const other of others) process.on('uncaughtException', other);
  });
  return errors;
}
