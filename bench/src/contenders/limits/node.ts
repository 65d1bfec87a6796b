import { createNodeApp } from '../../apps/node.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** `node:http` with nothing on it: the floor under every framework, for scale. */
const node: Contender = {
  title: 'bare node:http',
  workloads: WORKLOAD_NAMES,
  basePath: '',
  start: (size) => listen(createNodeApp(size)),
};

export default node;
