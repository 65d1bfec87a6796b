export { fromFastify, type FromFastifyOptions } from './from.js';
export type { FastifyApp, FastifyPlugin } from './shapes.js';
