/** `npm start`: installs what is missing, builds, and runs the flagship example. */
import { build } from './build.mjs';
import { install } from './install.mjs';
import { requireNodeVersion } from './node-version.mjs';
import { announce, main } from './step.mjs';

const EXAMPLE = 'examples/fastify-and-koa';

requireNodeVersion();
await main(async () => {
  await install();
  await build(EXAMPLE);
  announce(`run ${EXAMPLE}`);
  // In this very process: its signals, its input and its exit code are the example's.
  await import(`../${EXAMPLE}/dist/main.js`);
});
