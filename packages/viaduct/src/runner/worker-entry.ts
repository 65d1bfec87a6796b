import { loadProgram } from './load-program.js';
import { runWorker } from './worker.js';

/* What a worker process executes. */
runWorker(loadProgram);
