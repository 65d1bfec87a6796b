import type { ApplicationDescription, RouteDescription } from '@viaduct/core';
import findMyWay, { type HTTPMethod } from 'find-my-way';
import { type PrintedRoute, readRouteTree } from './route-tree.js';
import type { DescribedFastifyApp, FastifyApp } from './shapes.js';

/**
 * The routes of a Fastify instance. Those of its plugins are there when it is ready, so before that nothing is told.
 */
export function describeFastify(app: FastifyApp, isReady: boolean): ApplicationDescription {
  const framework = 'fastify';
  if (!isReady || !isDescribed(app)) return { framework };
  const printed = readRouteTree(app.printRoutes()).map((route) => inOwnSpelling(route, app));
  const routes = printed.map((route) => toDescription(route, app.supportedMethods));
  return { framework, routes, routeOf: createFinder(app, printed, routes) };
}

/** By shape: an instance of a version that tells less is described with less. */
function isDescribed(app: FastifyApp): app is DescribedFastifyApp {
  const { printRoutes, hasRoute } = app as Partial<DescribedFastifyApp>;
  return typeof printRoutes === 'function' && typeof hasRoute === 'function';
}

/**
 * The tree shows the path `/a::b` (a literal colon) as `/a:b`, and the parameters `:id` and `:name` of two
 * routes as `:id|:name`. Fastify is asked which spelling it knows.
 */
function inOwnSpelling(route: PrintedRoute, app: DescribedFastifyApp): PrintedRoute {
  const [method = 'GET'] = route.methods;
  const { path, constraints } = route;
  const spellings = [
    path.replaceAll(/(:[^/|]+)(?:\|:[^/|]+)+/g, '$1'),
    path,
    path.replaceAll(':', '::'),
    path.replaceAll(/(?<!\/):/g, '::'),
  ];
  const known = spellings.find((url) => app.hasRoute({ method, url, constraints: revive(constraints) }));
  return { ...route, path: known ?? path };
}

function toDescription(
  { methods, path, constraints }: PrintedRoute,
  supported: readonly string[],
): RouteDescription {
  const condition = Object.entries(constraints)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
  const isAny = supported.every((method) => methods.includes(method));
  return { methods: isAny ? ['ANY'] : methods, path, ...(condition === '' ? {} : { condition }) };
}

type RouteFinder = NonNullable<ApplicationDescription['routeOf']>;

/** The router that Fastify itself is made with, with the same routes: asking it runs nothing of the user's. */
function createFinder(
  app: DescribedFastifyApp,
  printed: readonly PrintedRoute[],
  routes: readonly RouteDescription[],
): RouteFinder {
  const { routerOptions = {}, ...config } = app.initialConfig ?? {};
  const router = findMyWay(
    Object.fromEntries(ROUTER_OPTIONS.map((name) => [name, routerOptions[name] ?? config[name]])),
  );
  for (const [index, { methods, path, constraints }] of printed.entries()) {
    const route = routes[index];
    router.on(methods as HTTPMethod[], path, { constraints: revive(constraints) }, ignore, route);
  }
  return ({ method, path, host }) => {
    const found = router.find(method as HTTPMethod, path, { host });
    return (found?.store ?? undefined) as RouteDescription | undefined;
  };
}

const ROUTER_OPTIONS = [
  'caseSensitive',
  'ignoreDuplicateSlashes',
  'ignoreTrailingSlash',
  'maxParamLength',
  'useSemicolonDelimiter',
  'allowUnsafeRegex',
];

/** `"/^api/i"` → the regular expression, for the constraints that are written as one. */
function revive(constraints: Readonly<Record<string, string>>): Record<string, string | RegExp> {
  return Object.fromEntries(
    Object.entries(constraints).map(([name, value]) => {
      const [, source, flags] = /^\/(.*)\/([a-z]*)$/s.exec(value) ?? [];
      return [name, source === undefined ? value : new RegExp(source, flags)];
    }),
  );
}

function ignore(): void {}
