import { fileURLToPath } from 'node:url';
import type { Application } from 'viaduct';
import { describe, expect, it } from 'vitest';
import { askOn, openSession, type Reply } from './ask.js';
import { openSecureServer } from './secure-server.js';

const APPLICATION = new URL('../../examples/fastify-and-koa/dist/application.js', import.meta.url);

describe('the example of a Koa shop and a Fastify API, over HTTP/2', () => {
  it('signs in at Koa, orders at Fastify, and shows the order in the old pages and the new API', async () => {
    const { application } = (await import(fileURLToPath(APPLICATION))) as { application: Application };
    const { server } = await openSecureServer(application);
    const session = openSession(server.port);
    let cookie = '';
    async function send(method: string, path: string, body?: string, type?: string): Promise<Reply> {
      const headers = { cookie, ...(type === undefined ? {} : { 'content-type': type }) };
      const reply = await askOn(session, { method, path, headers, ...(body === undefined ? {} : { body }) });
      const set = [reply.headers['set-cookie'] ?? []].flat();
      if (set.length > 0) cookie = set.map((each) => each.split(';')[0]).join('; ');
      return reply;
    }

    expect((await send('GET', '/')).body).toContain('Moss mug');
    expect((await send('GET', '/api/me')).body).toContain('null');
    const form = 'application/x-www-form-urlencoded';
    const signedIn = await send('POST', '/sign-in', 'name=ada&password=clay&next=/orders', form);
    expect([signedIn.status, signedIn.headers['location']]).toEqual([303, '/orders']);
    expect(JSON.parse((await send('GET', '/api/me')).body)).toMatchObject({ user: { name: 'ada' } });
    const placed = await send('POST', '/api/orders', '{"wish":{"oat-plate":1}}', 'application/json');
    expect(placed.status).toBe(201);
    const { number } = JSON.parse(placed.body) as { number: number };
    expect((await send('GET', `/orders/${number}`)).body).toContain('Oat plate');
    expect((await send('GET', '/api/products.csv')).body.split('\r\n').length).toBeGreaterThan(12);
    expect((await send('HEAD', '/shop.css')).headers['content-type']).toBe('text/css; charset=utf-8');
    expect((await send('GET', '/broken')).status).toBe(500);
    expect((await send('GET', '/nowhere')).status).toBe(404);
  });
});
