import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { fromNode, toNode } from 'viaduct';
import { withAccessLog } from 'viaduct/logging';
import { expect, onTestFinished, test } from 'vitest';
import { Written } from '../logging/written.js';
import { ask } from './ask.js';
import { LOCALHOST } from './certificates.js';

test("an application with an access log answers on a user's own HTTP/2 server as without one: headers of a connection are left out", async () => {
  const application = fromNode((_, response) => {
    response.writeHead(200, { connection: 'keep-alive', 'transfer-encoding': 'chunked' });
    response.end('hello');
  });
  const written = new Written();
  const logged = withAccessLog(application, { destination: written });
  for (const runnable of [application, logged]) {
    const server = createSecureServer(LOCALHOST, toNode(runnable) as never).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { status, body } = await ask((server.address() as AddressInfo).port, 'h2', { path: '/a' });
    expect([status, body]).toEqual([200, 'hello']);
  }
  expect(await written.entries(1)).toMatchObject([{ status: 200, outcome: 'completed' }]);
});
