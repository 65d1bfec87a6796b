import type { Application } from './application.js';
import type { Mount } from './mount-point.js';

/**
 * What an application tells of itself without being asked a request: for people and tools that want to know
 * who answers what. Everything is optional: what is left out is not known.
 */
export interface ApplicationDescription {
  /** What it is made with: `viaduct` for a dispatcher, `fastify`, `koa`, `express`, `node`. */
  readonly framework?: string;
  /** The table, where it is a dispatcher. */
  readonly table?: TableDescription;
  /** The routes that its router knows. Left out: nothing is known of routes; `[]`: there are none. */
  readonly routes?: readonly RouteDescription[];
  /** What may answer besides those routes, in words, such as `3 middleware`. */
  readonly besides?: readonly string[];
  /** The route that its router picks. Left out where routers cannot be asked. */
  routeOf?(request: RouteRequest): RouteDescription | undefined;
}

/** A request as an application sees it. */
export interface RouteRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly host: string;
}

/** One route of a framework's router. */
export interface RouteDescription {
  /** In capitals; `ANY` alone for every method. */
  readonly methods: readonly string[];
  /** The pattern, in the framework's own spelling, below where the application is mounted. */
  readonly path: string;
  /** What a request must have besides, such as `version 1.2.0` or `host api.example.com`. */
  readonly condition?: string;
}

/** The table of a dispatcher. */
export interface TableDescription {
  /** In order of declaration. */
  readonly mounts: readonly Mount[];
  /** In order of declaration. */
  readonly guards: readonly GuardDescription[];
  /** Whether a host with mounts of its own never falls back to those without a host. */
  readonly isolatesHosts: boolean;
  /** What this dispatcher would do with a request, told by the code that does it. Runs no guard. */
  decide(request: DecisionRequest): Decision;
}

export interface GuardDescription {
  /** As the user wrote it. */
  readonly key: string;
  /** Name of the function, or `''`. */
  readonly name: string;
}

/** As much of a request as decides where it goes. */
export interface DecisionRequest {
  /** The request target as it came on the wire. */
  readonly target: string;
  /** Where the dispatcher is mounted: `''` or `/a/b`. */
  readonly basePath: string;
  /** Value of a valid `Host` header, or `''`. */
  readonly host: string;
}

/** What a dispatcher does with a request that its guards let through. */
export interface Decision {
  /** In the order in which they run; `undefined` when the target has too many readings to tell, which is 400. */
  readonly guards: readonly GuardDescription[] | undefined;
  /** Every path that a router could read below the dispatcher, and the mount it leads to. */
  readonly readings: readonly Reading[];
  /** The application that is handed the request. */
  readonly mount: Mount | undefined;
  /**
   * Why there is no mount: no key is a prefix of the path (404), the readings reach different mounts, are too
   * many, or lead out of the mount (400 each).
   */
  readonly refusal: 'not-mounted' | 'ambiguous' | 'too-many-readings' | 'climbs' | undefined;
}

export interface Reading {
  readonly path: string;
  readonly mount: Mount | undefined;
}

/** What a wrapper passes on, so that the table inside can be seen through it. */
export function describing(inner: Application): Pick<Application, 'describe'> {
  if (inner.describe === undefined) return {};
  return { describe: () => inner.describe?.() ?? {} };
}
