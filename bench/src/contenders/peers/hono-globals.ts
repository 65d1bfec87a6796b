import { getRequestListener } from '@hono/node-server';
import { createHonoApp } from '../../apps/hono.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The Hono application on its own adapter, which puts classes of its own in the place of the global `Request` and `Response`. */
const honoGlobals: Contender = {
  title: 'Hono, globals replaced',
  workloads: WORKLOAD_NAMES,
  basePath: '',
  start: (size) => listen(getRequestListener(createHonoApp(size).fetch, { overrideGlobalObjects: true })),
};

export default honoGlobals;
