import { getRequestListener } from '@hono/node-server';
import { createHonoApp } from '../../apps/hono.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The Hono application on its own adapter, with the global classes left alone. */
const hono: Contender = {
  title: 'Hono, globals left alone',
  workloads: WORKLOAD_NAMES,
  basePath: '',
  start: (size) => listen(getRequestListener(createHonoApp(size).fetch, { overrideGlobalObjects: false })),
};

export default hono;
