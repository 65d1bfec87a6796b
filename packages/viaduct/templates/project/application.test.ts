import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { application } from './application.js';

before(() => application.start());
after(() => application.stop());

test('Koa answers at /', async () => {
  const response = await application.fetch(new Request('http://localhost/'));
  assert.equal(response.status, 200);
  assert.match(await response.text(), /This is Koa/);
});

test('Fastify answers below /api', async () => {
  const response = await application.fetch(new Request('http://localhost/api/hello?name=you'));
  assert.deepEqual(await response.json(), { hello: 'you', path: '/api/hello?name=you' });
});

test('nobody answers 404 but the app that owns the path', async () => {
  const response = await application.fetch(new Request('http://localhost/nowhere'));
  assert.equal(response.status, 404);
});
