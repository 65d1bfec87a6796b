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
