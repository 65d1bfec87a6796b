import { Server } from 'node:http';
import { replyWith, serveParent } from '../child.js';
import type { Contender } from '../contender.js';
import { questionOf, type WorkloadName, WORKLOADS } from '../workloads.js';
import { MemoryConnection } from './memory-connection.js';

// The process of one contender: node dist/hot/process.js <URL of the contender's module> <workload>

/** How many requests, in how many stretches. */
export interface Stretches {
  readonly count: number;
  readonly requests: number;
}

const [, , module = '', workload = 'product'] = process.argv as [string, string, string?, WorkloadName?];
let connection: MemoryConnection;

await replyWith(async () => {
  const { default: contender } = (await import(module)) as { default: Contender };
  const server = await serverOf(() => contender.start(WORKLOADS[workload].size));
  connection = new MemoryConnection(server, questionOf(workload, contender.basePath));
});

/** CPU time of a request in each stretch, in microseconds. */
serveParent(async ({ count, requests }: Stretches) => {
  const times: number[] = [];
  while (times.length < count) {
    const before = process.cpuUsage();
    await connection.ask(requests);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / requests);
  }
  return times;
});

/** The server that listens while something starts. */
async function serverOf(start: () => Promise<unknown>): Promise<Server> {
  const emit: (this: Server, event: string, ...rest: unknown[]) => boolean = Server.prototype.emit;
  const listening: Server[] = [];
  Server.prototype.emit = function emitNoted(this: Server, event: string, ...rest: unknown[]): boolean {
    if (event === 'listening') listening.push(this);
    return emit.call(this, event, ...rest);
  };
  try {
    await start();
  } finally {
    Server.prototype.emit = emit;
  }
  const [server] = listening;
  if (server === undefined) throw new Error('nothing has listened');
  return server;
}
