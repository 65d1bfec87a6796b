import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';
import { replyWith, serveParent } from './child.js';
import type { Contender } from './contender.js';

// The process of one contender: node dist/server-process.js <URL of the contender's module>

/** Settings of the server that the first request reached. They must be the same for all that are compared. */
export type ServerSettings = Readonly<Record<string, number | boolean | null>>;

/** What this process has used since it began. All its threads are in it: the compiler and the collector too. */
export interface Usage {
  readonly cpuMicroseconds: number;
  readonly residentBytes: number;
  readonly settings: ServerSettings;
}

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

/** From `getrusage(2)`: what the kernel has counted for this process. */
function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuMicroseconds: user + system, residentBytes: process.memoryUsage.rss(), settings };
}

subscribe(channel, readSettings);
await replyWith(async () => {
  const module = (await import(process.argv[2] ?? '')) as { default: Contender };
  return module.default.start();
});
serveParent(usage);
