import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { replyWith, serveParent } from './child.js';
import type { Contender } from './contender.js';
import type { AppSize } from './workloads.js';

// The process of one contender: node dist/server-process.js <URL of the contender's module> <sizes of the applications>
// Answers with the ports, one for each size.

/** Settings of the server that the first request reached. They must be the same for all that are compared. */
export type ServerSettings = Readonly<Record<string, number | boolean | null>>;

/** What a contender has used since it began. All threads are in it: the compiler and the collector too. */
export interface Usage {
  readonly cpuMicroseconds: number;
  readonly residentBytes: number;
  readonly settings: ServerSettings;
}

let contender: Contender | undefined;
let settings: ServerSettings = {};
const channel = 'http.server.request.start';

function readSettings(message: unknown): void {
  unsubscribe(channel, readSettings);
  const { server } = message as { server: Server };
  settings = {
    keepAliveTimeout: server.keepAliveTimeout,
    headersTimeout: server.headersTimeout,
    requestTimeout: server.requestTimeout,
    timeout: server.timeout,
    maxHeadersCount: server.maxHeadersCount,
    maxRequestsPerSocket: server.maxRequestsPerSocket,
  };
}

/** From `getrusage(2)`: what the kernel has counted for this process; and for those behind it, if there are. */
async function usage(): Promise<Usage> {
  const { user, system } = process.cpuUsage();
  const behind = await contender?.usageBehind?.();
  return {
    cpuMicroseconds: user + system + (behind?.cpuMicroseconds ?? 0),
    residentBytes: process.memoryUsage.rss() + (behind?.residentBytes ?? 0),
    settings,
  };
}

/**
 * Brings the process to where one is that has lived for a while.
 *
 * V8 throws away the shapes of objects of which none is alive, after some collections of the whole heap, and code
 * that has met both the old shape and the new one stays slow: `process.nextTick` takes 450 ns instead of 200, which is
 * 2 µs a request. A process with a larger heap comes there as it starts, a small one after minutes.
 */
async function age(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) {
    globalThis.gc?.();
    await delay(5);
  }
}

subscribe(channel, readSettings);
await replyWith(async () => {
  const [, , module = '', ...sizes] = process.argv;
  ({ default: contender } = (await import(module)) as { default: Contender });
  const ports: number[] = [];
  for (const size of sizes as AppSize[]) ports.push(await contender.start(size));
  await age();
  return ports;
});
serveParent(usage);
