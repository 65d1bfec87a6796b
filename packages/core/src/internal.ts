/**
 * What the bridges and servers of this workspace build on. Not covered by semantic versioning:
 * `@viaduct/core/internal` is for packages that are released together with this one.
 */
export { abandon } from './abandon.js';
export { admit, admitHosted, admitUpgrade, type Refusal } from './admission.js';
export { type Context, isFromTrustedProxy, nodeContextOf } from './context.js';
export { outsideRequests } from './outside-requests.js';
export { answersOf } from './busy-connections.js';
export { toError } from './errors.js';
export { catchResponseErrors, failOnNode, failOnWeb, reportFailure } from './failure.js';
export type { ForwardedFacts, Forwarding } from './forwarding.js';
export { checkLimits, SERVER_LIMITS } from './limits.js';
export { whenClosed } from './when-closed.js';
export { setTimeLimit } from './time-limit.js';
export { isThenable } from './thenable.js';
export { runOnNodeWithinLimits } from './node-limits.js';
export { sendPlain } from './plain-answer.js';
export { markDecidesLimits } from './web-limits.js';
export { Gateway } from './gateway.js';
export { isBoundary } from './prefix-tree.js';
export { lastDue } from './queued-response.js';
export { plainAddress } from './plain-address.js';
export { isHopByHop } from './hop-by-hop.js';
export { takeWholeBody } from './whole-body.js';
export type { Boot } from './boot.js';
export { Lifecycle } from './lifecycle.js';
export { lifecycleOf } from './running.js';
export { whose } from './attribution.js';
export { createLight, headerPairs } from './light-response.js';
export { flat } from './plain-head.js';
export { bodyUsed } from './used-body.js';
export { MountPoint } from './mount-point.js';
export { hasSwitched } from './upgrade-end.js';
export { hasRequestBody, takeNodeBody } from './lazy-request.js';
export { hasBody, toRequest, uploadError } from './request-from-node.js';
export type { EndedExchange } from './ended-exchange.js';
export { observersOf, observeUpgrade, type Observer, withObserver } from './observer.js';
export { observeOnNode } from './node-observation.js';
export { CONTEXT, POINT, RESPONSE, type RecordedRequest, TARGET } from './request-record.js';
export { pairsOf, type WriteHeadHeaders } from './response-head.js';
export { checkResponse, markReadsContext, runConverted, runOnNode } from './run.js';
export { isSettledSoon } from './stream-to-node.js';
export {
  originalUrlOf,
  parseTarget,
  type ParsedTarget,
  pathBelow,
  readingsBelow,
  targetBelow,
} from './target.js';
export { runUpgrade } from './upgrade.js';
export { closeFrame } from './close-frame.js';
export { closeSoon, refuseUpgrade } from './upgrade-answer.js';
export { enterWeb } from './web-entry.js';
export { isForwardedName, scanHead } from './head-scan.js';
export { watchUpload } from './refused-upload.js';
