export { toApplication, type Application, type ApplicationLike, type FetchHandler } from './application.js';
export { contextOf, createContext, type CreateContextOptions, type RequestContext } from './context.js';
export type {
  ApplicationDescription,
  Decision,
  DecisionRequest,
  GuardDescription,
  Reading,
  RouteDescription,
  RouteRequest,
  TableDescription,
} from './description.js';
export { createDispatcher, type Dispatcher } from './dispatcher.js';
export type { DispatcherOptions } from './dispatcher-options.js';
export { ViaductError, ViaductTypeError, type ErrorCode } from './errors.js';
export type { RequestState } from './exchange.js';
export type { ErrorInfo, ErrorListener, Suspect } from './gateway.js';
export type { Guard, Guards } from './guards.js';
export { type Hooks, withHooks } from './hooks.js';
export { LightResponse, type LightResponseConstructor } from './light-response.js';
export type { Blame, Check, Severity } from './lint/check.js';
export { lintChecks } from './lint/checks.js';
export { lint } from './lint/lint.js';
export type { LintOptions } from './lint/linter.js';
export { LintError, type LintPlace, type Violation } from './lint/violation.js';
export type { RequestLimits, ServerLimits } from './limits.js';
export type { Mount, MountStatus } from './mount-point.js';
export type { MountOptions, Mounts } from './mount-table.js';
export type { FinishedCallback, Outcome } from './outcome.js';
export type { HeadHeaders, RequestHead } from './request-head.js';
export type { ResponseHead, ResponseHeadHeaders } from './response-head.js';
