import { argv, exit } from 'node:process';
import { describeApplication, type SuiteOptions } from '@viaduct/testing';
import { createDispatcher, withHooks } from 'viaduct';
import { fastify, inside, koa, node, web } from '../../suite/bridges.js';
import { Runner } from './runner.js';

/**
 * The conformance suite on one face, for a runtime that has Node's modules.
 *
 * `portable.js node '{"beginning of a case": "why this runtime is excepted"}'`
 */
const face = argv[2] === 'node' ? 'node' : 'web';
const except = JSON.parse(argv[3] ?? '{}') as Record<string, string>;
const slowHead = {
  'the head arrives before': 'Fastify pipes a stream, and sends the head with its first chunk',
};

const runner = new Runner();
const options: Partial<SuiteOptions> = { describe: runner.describe, it: runner.it, faces: [face], except };

describeApplication('a web application', web, options);
describeApplication('fromNode', node, options);
describeApplication('fromKoa', koa, options);
describeApplication('fromFastify', fastify, { ...options, except: { ...except, ...slowHead } });
describeApplication(
  'fromKoa in a dispatcher with hooks',
  inside(koa, (inner) => withHooks(createDispatcher({ '/': inner }), { onResponse: () => undefined })),
  options,
);

exit((await runner.run()) === 0 ? 0 : 1);
