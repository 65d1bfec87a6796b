import { createHandler } from '@universal-middleware/express';
import express, { type RequestHandler } from 'express';
import { createWebApp } from '../../apps/web.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The web application in an Express host, by universal-middleware. */
const universalExpress: Contender = {
  title: 'universal-middleware, Express host',
  workloads: WORKLOAD_NAMES,
  basePath: '',
  start(size) {
    const app = createWebApp(size);
    return listen(express().use(createHandler(() => (request) => app(request))() as RequestHandler));
  },
};

export default universalExpress;
