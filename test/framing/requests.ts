import { createDispatcher, fromNode, type Application } from 'viaduct';
import { openServer } from '../conformance/opened-server.js';

/** What came back on one connection: the status of each answer, and all the bytes. */
export interface Exchange {
  readonly statuses: readonly number[];
  readonly text: string;
}

/** Tells method, URL and body of each request that reaches it; `/throw` throws. */
export const echo: Application = createDispatcher({
  '/': fromNode(async (request, response) => {
    if (request.url === '/throw') throw new Error('as asked');
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { authorization = '', trailer = '' } = request.headers;
    response.end(JSON.stringify({ url: request.url, body, authorization, trailer }));
  }),
});

/** Writes bytes on one connection of a server of ours, and reads until it is closed or falls silent. */
export async function exchange(bytes: string, application: Application = echo): Promise<Exchange> {
  const { connect } = await openServer(application, { keepAliveTimeoutMs: 200 });
  const connection = await connect();
  await connection.write(bytes);
  const text = (await connection.takeRest()).toString('latin1');
  const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  return { statuses, text };
}
