/**
 * What the bridges and servers of this workspace build on. Not covered by semantic versioning:
 * `@viaduct/core/internal` is for packages that are released together with this one.
 */
export { admit } from './admission.js';
export { type Context, nodeContextOf, toContext } from './context.js';
export { failOnNode } from './failure.js';
export type { ForwardedFacts, Forwarding } from './forwarding.js';
export { Gateway } from './gateway.js';
export { type Member, startAll, stopAll } from './lifecycle.js';
export { MountPoint } from './mount-point.js';
export { CONTEXT, POINT, RESPONSE, type RecordedRequest, TARGET } from './request-record.js';
export { READS_CONTEXT, runOnNode } from './run.js';
export { targetBelow } from './target.js';
