export { fromFastify, type FromFastifyOptions } from './from.js';
export type { FastifyApp, FastifyHost, FastifyPlugin } from './shapes.js';
export { type HostedInFastify, toFastify, type ToFastifyOptions } from './to.js';
