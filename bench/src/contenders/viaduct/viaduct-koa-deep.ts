import { DEEP, dispatchDeep } from '../../apps/both.js';
import { API } from '../../apps/places.js';
import { serveOnLoopback } from '../../apps/serve.js';
import type { Contender } from '../../contender.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The same three dispatchers deep, with a guard that reads a header. */
const viaductKoaDeep: Contender = {
  title: 'Viaduct, Koa, 3 deep, guard',
  workloads: WORKLOAD_NAMES,
  basePath: DEEP,
  otherBasePath: `${DEEP}${API}`,
  against: ['koa'],
  start: (size) => serveOnLoopback(dispatchDeep(size)),
};

export default viaductKoaDeep;
