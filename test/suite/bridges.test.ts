import { createDispatcher, lint, withHooks } from '@viaduct/core';
import { describeApplication } from '@viaduct/testing';
import { describe, it } from 'vitest';
import { fastify, inside, koa, node, web } from './bridges.js';

const run = { describe, it };

const EXCEPT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  fastify: { 'the head arrives before': 'Fastify pipes a stream, and sends the head with its first chunk' },
};

describeApplication('a web application', web, run);
describeApplication('fromNode', node, run);
describeApplication('fromKoa', koa, run);
describeApplication('fromFastify', fastify, { ...run, except: EXCEPT['fastify'] ?? {} });

const FACTORIES = { web, node, koa, fastify };

for (const [name, factory] of Object.entries(FACTORIES)) {
  const wrapped = inside(factory, (inner) =>
    withHooks(createDispatcher({ '/': lint(inner, { mode: 'throw' }) }), { onResponse: () => undefined }),
  );
  describeApplication(`${name} in a dispatcher with hooks`, wrapped, { ...run, except: EXCEPT[name] ?? {} });
}
