export { fromKoa, type FromKoaOptions } from './from.js';
export type { KoaApp, KoaHostContext, KoaMiddleware } from './shapes.js';
export { type HostedInKoa, toKoa, type ToKoaOptions } from './to.js';
