import type { GuardDescription, RouteDescription } from '@viaduct/core';

/** What would become of one request, told without sending it and without running anything of the user's. */
export interface Explanation {
  readonly method: string;
  /** As it would stand on the wire. */
  readonly target: string;
  /** As the applications see it: that of an absolute-form target wins over the header. */
  readonly host: string;
  /** RFC 9112 §3.2; `none` when it is no request target at all. */
  readonly form: 'origin' | 'absolute' | 'asterisk' | 'none';
  /** Whether every router reads it the same way. */
  readonly isClean: boolean;
  /** Each dispatcher on the way, outermost first. */
  readonly steps: readonly DispatchStep[];
  readonly verdict: Verdict;
}

/** What one dispatcher does with it. */
export interface DispatchStep {
  readonly dispatcher: string;
  /** Where the dispatcher is mounted: `''` or `/a/b`. */
  readonly basePath: string;
  /** In the order in which they run; each may answer in the application's place. */
  readonly guards: readonly GuardDescription[];
  /** Every path that a router could read, and the key of the mount that it leads to. */
  readonly readings: readonly { readonly path: string; readonly mount: string | undefined }[];
  readonly mount: { readonly key: string; readonly strip: boolean } | undefined;
}

/** Who answers, when all guards let the request through. */
export type Verdict = RefusedVerdict | HandedOverVerdict;

export interface RefusedVerdict {
  readonly kind: 'refused';
  /** What the gateway itself answers: 400, 404, 405, 414, 431, 501; 204 for `OPTIONS *`. */
  readonly status: number;
  /** A sentence. */
  readonly reason: string;
}

export interface HandedOverVerdict {
  readonly kind: 'application';
  readonly application: string;
  readonly framework: string | undefined;
  /** The keys it is mounted under, outermost first. */
  readonly mounts: readonly string[];
  readonly seen: SeenRequest;
  /** The route that its router picks, `none` when none fits, `unknown` when the router cannot be asked. */
  readonly route: RouteDescription | 'none' | 'unknown';
}

/** The request as the application sees it, under the names of its face. */
export interface SeenRequest {
  /** `context.basePath` */
  readonly basePath: string;
  /** `context.path` */
  readonly path: string;
  /** `req.url` on the Node face. */
  readonly url: string;
  /** `req.originalUrl` on the Node face. */
  readonly originalUrl: string;
  /** `request.url` on the web face. */
  readonly requestUrl: string;
}
