import { toNodeHandler } from 'srvx/node';
import { createWebApp } from '../../apps/web.js';
import type { Contender } from '../../contender.js';
import { asListener, listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** A web application with native `Response` objects under srvx. */
const srvxWeb: Contender = {
  title: 'srvx, web app',
  workloads: WORKLOAD_NAMES,
  basePath: '',
  start: (size) => listen(asListener(toNodeHandler(createWebApp(size)))),
};

export default srvxWeb;
