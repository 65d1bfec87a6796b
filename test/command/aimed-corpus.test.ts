import { createDispatcher, lint } from 'viaduct';
import { fromFastify } from '@viaduct/fastify';
import { describeApplication, explainRequest } from 'viaduct/explain';
import fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { aimCorpus } from '../../packages/viaduct/dist/check/aimed-corpus.js';
import { placesOf } from '../../packages/viaduct/dist/check/place.js';
import { findUnguarded } from '../../packages/viaduct/dist/check/unguarded.js';

const answer = lint({ fetch: () => new Response('ok', { headers: { 'content-type': 'text/plain' } }) });

describe('the corpus of viaduct check', () => {
  const aimed = aimCorpus({ name: '/api', host: 'h.example', path: '/api/v1' });

  test.each([
    ['P2.4', '/api/v1/secret'],
    ['P1.1', '/api/v1istrator'],
    ['P3.1', '/%61pi/v1/secret'],
    ['P4.3', '/%61%70%69/%76%31/%73ecret'],
    ['P5.1', '/api/v1%2fsecret'],
    ['P9.1', '/public/../api/v1/secret'],
    ['P16.1', '/API/V1/secret'],
    ['P16.3', '/aPI/V1'],
    ['P16.5', '/%41PI/V1/SECRET'],
    ['P44.16', '/%%36%31pi/v1/secret'],
    ['P44.18', '/%2561pi/v1/secret'],
  ])('%s is aimed at a mount as %s', (id, target) => {
    expect(aimed.find((pathCase) => pathCase.id === id)).toMatchObject({
      target,
      headers: ['Host: h.example'],
    });
  });

  test('asks below the mount for what real clients send, and leaves no way to write the old path', () => {
    expect(aimed.length).toBeGreaterThan(350);
    expect(aimed.filter(({ target }) => target.startsWith('/api/v1/')).length).toBeGreaterThan(200);
    expect(aimed.filter(({ id, target }) => !id.startsWith('P46.') && /admin/i.test(target))).toEqual([]);
  });

  test('is aimed at the root, at each mount and at each guarded prefix once, by the host that leads there', () => {
    const inner = createDispatcher(
      { '/': answer, '/cart': answer },
      { guards: { '/admin': () => undefined } },
    );
    const application = createDispatcher(
      {
        '/': answer,
        '/shop': inner,
        '*.example.com/v1': answer,
        '/old': { application: inner, strip: false },
      },
      { guards: { '/shop': () => undefined, 'api.example.com/v1/keys': () => undefined } },
    );
    expect(placesOf(describeApplication(application)).map(({ host, path }) => host + path)).toEqual([
      'corpus.test/',
      'corpus.test/shop',
      'corpus.test/shop/cart',
      'corpus.test/shop/admin',
      'any.example.com/v1',
      'corpus.test/old',
      'corpus.test/cart',
      'corpus.test/admin',
      'api.example.com/v1/keys',
    ]);
  });

  test('finds a route below a guard that does not run, and nothing where it runs', async () => {
    const app = fastify();
    app.get('/admin/:id', async () => 'secret');
    const application = createDispatcher(
      { '/': answer, '/shop': fromFastify(app) },
      { guards: { '/shop/admin': () => undefined } },
    );
    await application.start?.();
    const described = describeApplication(application);
    for (const target of ['/shop/admin/7', '/shop/%61dmin/7']) {
      const explanation = explainRequest(application, { method: 'GET', target });
      expect(findUnguarded(described, explanation)).toBeUndefined();
      const steps = explanation.steps.map((step) => ({ ...step, guards: [] }));
      expect(findUnguarded(described, { ...explanation, steps })).toEqual({
        route: '/shop/admin/:id',
        guard: '/shop/admin',
      });
    }
    await application.stop?.();
  });
});
