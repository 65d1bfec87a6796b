/**
 * What the bridges of this workspace build on. Not covered by semantic versioning:
 * `@viaduct/node/internal` is for packages that are released together with this one.
 */
export { CONNECTION_LIMITS } from './connection-limits.js';
export { LONGEST_PATH_BYTES } from './endpoint.js';
export { type FirstAnswer, withFirstAnswer } from './first-answer.js';
export { isNodeServer } from './handler-of-server.js';
export type { Answer } from './hosting/answer.js';
export type { Arrival } from './hosting/arrival.js';
export { createHosting, type Hosting, type HostingOptions } from './hosting/hosting.js';
export { checkTlsOptions } from './tls-options.js';
