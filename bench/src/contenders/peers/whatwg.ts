import { createServerAdapter } from '@whatwg-node/server';
import { createWebApp } from '../../apps/web.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The web application under @whatwg-node/server. */
const whatwg: Contender = {
  title: '@whatwg-node/server, web app',
  workloads: WORKLOAD_NAMES,
  basePath: '',
  start: (size) => listen(createServerAdapter(createWebApp(size))),
};

export default whatwg;
