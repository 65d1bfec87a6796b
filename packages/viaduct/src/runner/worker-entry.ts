import { runWorker } from './worker.js';

/* What a worker process executes. */
runWorker();
