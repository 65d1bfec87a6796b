import type { Application } from '@viaduct/core';
import type { MetricsRegister } from './shapes.js';

export interface MetricsPageOptions {
  /** What is shown: `client.register`, a registry of your own, or one that gathers the workers' of a cluster. */
  readonly register: Pick<MetricsRegister, 'contentType' | 'metrics'>;
}

/**
 * An application that answers with the metrics of a registry, for Prometheus to read.
 *
 * Serve it on a port that the outside does not reach: `await serve(createMetricsPage({ register }), { port: 9090, host: '127.0.0.1' })`.
 */
export function createMetricsPage({ register }: MetricsPageOptions): Application {
  return {
    name: 'metrics',
    async fetch({ method }) {
      if (method !== 'GET' && method !== 'HEAD') {
        return new Response('Method Not Allowed', { status: 405, headers: { allow: 'GET, HEAD' } });
      }
      const headers = { 'content-type': register.contentType, 'cache-control': 'no-store' };
      return new Response(method === 'HEAD' ? null : await register.metrics(), { headers });
    },
  };
}
