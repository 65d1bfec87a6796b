export { createMetricsPage, type MetricsPageOptions } from './metrics-page.js';
export type { MetricsClient, MetricsRegister } from './shapes.js';
export { type MetricsOptions, withMetrics } from './with-metrics.js';
