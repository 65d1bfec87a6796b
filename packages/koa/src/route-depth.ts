/** What routers that descend from koa-router leave on a context. */
interface RoutedContext {
  /** The routes that apply, with the middleware of each. */
  readonly matched?: readonly { readonly path: unknown; readonly stack: readonly unknown[] }[];
  /** The path of the route that runs now. */
  readonly routerPath?: unknown;
}

/**
 * How many segments of the path the route has matched that runs a middleware; 0 outside a router.
 *
 * `/shop/{*path}` → 1; `/v1/:tenant/*path` → 2; `/shop` → 1
 *
 * A router leaves its marks on the context for all that comes after it, so they count only when the
 * middleware stands in the route itself.
 */
export function routeDepth(ctx: object, middleware: unknown): number {
  const { matched, routerPath } = ctx as RoutedContext;
  if (!Array.isArray(matched)) return 0;
  const own = (matched as NonNullable<RoutedContext['matched']>).filter(({ stack }) =>
    stack.includes(middleware),
  );
  const { path } = own.find((route) => route.path === routerPath) ?? own.at(-1) ?? {};
  if (typeof path !== 'string') return 0;
  const fixed = path.split(/[{*(]/, 1)[0] ?? '';
  return fixed.split('/').filter((segment) => segment !== '').length;
}
