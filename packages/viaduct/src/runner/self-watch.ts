import { memoryUsage } from 'node:process';
import type { Report } from './messages.js';
import { heartbeatIntervalMs } from './heartbeat-watch.js';
import { drawLimit } from './request-limit.js';
import type { Service } from './service.js';
import type { Settings } from '../settings/settings.js';

/** Tells the primary that the event loop turns, and when the worker has served enough or holds too much memory. */
export function watchSelf(service: Service, settings: Settings, report: (message: Report) => void): void {
  const { maxMemoryBytes, heartbeatTimeoutMs } = settings;
  const maxRequests = drawLimit(settings.maxRequests, settings.maxRequestsJitter);
  if (maxRequests > 0) {
    let count = 0;
    service.onRequest(() => {
      count += 1;
      if (count === maxRequests) retire(`it has served ${count} requests`);
    });
  }
  let isTooLarge = false;
  const timer = setInterval(() => {
    const residentBytes = memoryUsage.rss();
    const { requests, targets } = service.underWay;
    report({ type: 'heartbeat', residentBytes, requestsUnderWay: requests, targets });
    if (maxMemoryBytes === 0 || isTooLarge || residentBytes <= maxMemoryBytes) return;
    isTooLarge = true;
    retire(`it holds ${residentBytes} bytes of memory, and may hold ${maxMemoryBytes}`);
  }, heartbeatIntervalMs(heartbeatTimeoutMs));
  timer.unref();

  function retire(reason: string): void {
    report({ type: 'retire', reason, hasFailed: false });
  }
}
