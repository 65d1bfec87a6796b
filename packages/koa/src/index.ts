export { fromKoa, type FromKoaOptions } from './from.js';
export type { KoaApp, KoaMiddleware } from './shapes.js';
