import { serve, type Server } from '@viaduct/node';
import { createMetricsPage, type MetricsPageOptions } from '../metrics/metrics-page.js';
import type { Bind } from './bind.js';
import { addressOf } from './address.js';
import type { RunnerLog } from './runner-log.js';

/** Prometheus asks again. */
const CLOSE_TIMEOUT_MS = 500;

/**
 * Shows metrics at an address of their own, which the outside need not reach.
 *
 * @returns Ends it.
 * @throws {ViaductError} `VIADUCT_E_LISTEN` when the address is taken or not allowed.
 */
export async function openMetricsServer(
  bind: Bind,
  register: MetricsPageOptions['register'],
  log: RunnerLog,
): Promise<() => Promise<void>> {
  const server: Server = await serve(createMetricsPage({ register }), {
    ...addressOf(bind),
    closeTimeoutMs: CLOSE_TIMEOUT_MS,
    onError: (error) => log.error({}, `metrics could not be told: ${String(error)}`),
  });
  log.info({}, `metrics at ${server.url}`);
  return () => server.close();
}
