import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toFastify } from '@viaduct/fastify';
import { toKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import { type Application, fromNode, lint, toNode } from 'viaduct';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import { expect, it, onTestFinished, vi } from 'vitest';

/** The application in a host's app, on a server of the host's and on one of ours. */
const HOSTS: Readonly<
  Record<string, (application: Application, native: boolean) => Promise<RequestListener>>
> = {
  async Fastify(application, native) {
    const app = fastify().register(toFastify(application, { native }));
    await app.ready();
    return app.routing as RequestListener;
  },
  async Koa(application, native) {
    return new Koa().use(toKoa(application, { native })).callback();
  },
  async 'Fastify behind Viaduct'(application, native) {
    return toNode(fromFastify(fastify().register(toFastify(application, { native }))), { onError() {} });
  },
  async 'Koa behind Viaduct'(application, native) {
    return toNode(fromKoa(new Koa().use(toKoa(application, { native }))), { onError() {} });
  },
};

for (const [host, create] of Object.entries(HOSTS)) {
  for (const native of [false, true]) {
    it(`F6 an application in ${host}, ${native ? 'native' : 'composing'}, that writes after the end of its answer harms nobody`, async () => {
      const strays: unknown[] = [];
      const note = (error: unknown): void => void strays.push(error);
      process.on('uncaughtException', note);
      onTestFinished(() => void process.off('uncaughtException', note));
      const told = vi.spyOn(console, 'error').mockImplementation(() => undefined);
      onTestFinished(() => told.mockRestore());
      const twice = fromNode((_, response) => {
        response.statusCode = 200;
        response.end('first');
        response.end('again');
        response.write('and again');
      });
      const server = createServer(await create(lint(twice, { mode: 'warn' }), native)).listen(0, '127.0.0.1');
      onTestFinished(() => void server.close());
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      for (let time = 0; time < 2; time += 1) {
        const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
        expect([response.status, await response.text()]).toEqual([200, 'first']);
      }
      expect(strays).toEqual([]);
    });
  }
}
