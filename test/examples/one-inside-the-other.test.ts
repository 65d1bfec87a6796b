import { expect, test, vi } from 'vitest';
import { newApp } from '../../examples/one-inside-the-other/src/new-app.js';

test('Fastify hosts Koa hosts Fastify: each answers its paths, and the host sees them whole', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const app = newApp();
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const headers = { 'x-user': 'ada', 'content-type': 'application/json' };

  expect(await (await fetch(`${url}/products`)).json()).toHaveLength(2);

  const cart = await fetch(`${url}/old/cart`, { headers });
  expect(cart.headers.getSetCookie()).toHaveLength(2);
  expect(cart.headers.get('x-frame-options')).toBe('DENY');
  expect(cart.headers.get('server-timing')).toMatch(/^old;dur=/);
  expect(await cart.json()).toEqual({ user: 'ada', checkout: '/old/checkout', asked: `${url}/old/cart` });

  const sales = await fetch(`${url}/old/reports/sales`, { headers });
  expect(await sales.json()).toEqual({
    sold: 7,
    basePath: '/old/reports',
    path: '/sales',
    user: 'ada',
    asked: '/old/reports/sales',
  });

  const noted = await fetch(`${url}/old/reports/sales`, { method: 'POST', body: '{"sold":1}', headers });
  expect(noted.status).toBe(201);
  expect(await noted.json()).toEqual({ noted: { sold: 1 } });

  expect((await fetch(`${url}/old/nothing`)).status).toBe(404);
  await app.close();
  expect(log.mock.calls.flat()).toEqual([
    'GET /products 200',
    'GET /old/cart 200',
    'GET /old/reports/sales 200',
    'POST /old/reports/sales 201',
    'GET /old/nothing 404',
  ]);
  log.mockRestore();
});
