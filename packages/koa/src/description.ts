import type { ApplicationDescription, RouteDescription } from '@viaduct/core';

/** What @koa/router and its relatives hang on the middleware that they make. */
interface Router {
  readonly stack: readonly Layer[];
  match(path: string, method: string): { readonly pathAndMethod: readonly Layer[]; readonly route: boolean };
}

interface Layer {
  readonly path: string | RegExp;
  /** Empty for middleware of the router. */
  readonly methods: readonly string[];
}

/**
 * The routes that the routers in a Koa app know of.
 *
 * Any middleware may answer besides them, and says nothing of it: koa-mount and composed middleware hide the
 * routers inside. They are counted.
 */
export function describeKoa(app: object): ApplicationDescription {
  const { middleware = [] } = app as { readonly middleware?: readonly unknown[] };
  const routers = middleware.map(routerOf).filter((router) => router !== undefined);
  const others = middleware.filter((each) => routerOf(each) === undefined);
  return {
    framework: 'koa',
    ...(routers.length === 0 ? {} : { routes: routers.flatMap(routesOf) }),
    ...(others.length === 0 ? {} : { besides: [counted(others)] }),
    ...(routers.length === 0 ? {} : { routeOf: (request) => find(routers, request) }),
  };
}

function routerOf(middleware: unknown): Router | undefined {
  const { router } = (middleware ?? {}) as { readonly router?: Partial<Router> };
  return Array.isArray(router?.stack) && typeof router.match === 'function' ? (router as Router) : undefined;
}

function routesOf({ stack }: Router): RouteDescription[] {
  return stack.filter(({ methods }) => methods.length > 0).map(toDescription);
}

function toDescription({ methods, path }: Layer): RouteDescription {
  const isAny = EVERY.every((method) => methods.includes(method));
  return { methods: isAny ? ['ANY'] : methods.toSorted(headLast), path: String(path) };
}

const EVERY = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** The router adds HEAD in front of GET. */
function headLast(left: string, right: string): number {
  return Number(left === 'HEAD') - Number(right === 'HEAD');
}

/** Of several routes that match, the first one answers, unless it calls `next`. */
function find(
  routers: readonly Router[],
  { method, path }: { method: string; path: string },
): RouteDescription | undefined {
  for (const router of routers) {
    const { pathAndMethod, route } = router.match(path, method);
    const layer = route ? pathAndMethod.find(({ methods }) => methods.length > 0) : undefined;
    if (layer !== undefined) return toDescription(layer);
  }
  return undefined;
}

function counted(others: readonly unknown[]): string {
  const names = others.map((each) => (each as { readonly name?: string }).name || 'unnamed');
  return `${others.length} middleware (${names.join(', ')})`;
}
