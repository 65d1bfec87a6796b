import type { Application, ApplicationDescription, RouteDescription } from '@viaduct/core';

/**
 * What an application tells of itself. `describe` may be anything in a foreign object, so only what has the
 * right shape is taken; Hono tells its routes in a member of its own.
 */
export function describeSafely(application: Application): ApplicationDescription {
  const { describe } = application as { readonly describe?: unknown };
  if (typeof describe !== 'function') return foreign(application);
  const told: unknown = describe.call(application);
  return typeof told === 'object' && told !== null ? (told as ApplicationDescription) : foreign(application);
}

function foreign(application: object): ApplicationDescription {
  const { routes } = application as { readonly routes?: unknown };
  if (!Array.isArray(routes) || !routes.every(isHonoRoute)) return {};
  const seen = new Set<string>();
  const known = routes.filter(({ method, path }) => {
    const isNew = !seen.has(`${method} ${path}`);
    seen.add(`${method} ${path}`);
    return isNew;
  });
  return { framework: 'hono', routes: known.map(toDescription) };
}

interface HonoRoute {
  readonly method: string;
  readonly path: string;
}

function isHonoRoute(route: unknown): route is HonoRoute {
  const { method, path } = (route ?? {}) as Partial<HonoRoute>;
  return typeof method === 'string' && typeof path === 'string';
}

function toDescription({ method, path }: HonoRoute): RouteDescription {
  return { methods: [method === 'ALL' ? 'ANY' : method], path };
}
