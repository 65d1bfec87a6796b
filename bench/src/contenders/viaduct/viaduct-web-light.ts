import { LightResponse } from 'viaduct';
import { serveAlone } from '../../apps/serve.js';
import { createWebApp } from '../../apps/web.js';
import type { Contender } from '../../contender.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The web application with `LightResponse` in the place of `Response`. */
const viaductWebLight: Contender = {
  title: 'Viaduct, LightResponse',
  workloads: WORKLOAD_NAMES,
  basePath: '',
  against: ['srvx-web', 'node'],
  start: (size) => serveAlone({ fetch: createWebApp(size, LightResponse) }),
};

export default viaductWebLight;
