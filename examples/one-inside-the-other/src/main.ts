import { newApp } from './new-app.js';

const port = Number(process.env['PORT'] ?? 3000);
const app = newApp();
const url = await app.listen({ port });

console.log(`
Fastify hosts Koa hosts Fastify: ${url}

  /products            Fastify, the new app
  /old/cart            Koa, the old app, inside of it
  /old/reports/sales   Fastify again, inside the old app

Stop with Ctrl+C.
`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void app.close());
}
