import type { ApplicationDescription, RouteDescription } from '@viaduct/core';

/** A layer of Express's router, 4 and 5. */
interface Layer {
  readonly route?: {
    readonly path: unknown;
    readonly methods: Readonly<Record<string, boolean>>;
  };
  readonly handle?: { readonly stack?: readonly Layer[]; readonly name?: string };
  readonly name?: string;
}

/** What a native handler tells of itself: the routes of an Express app; of a plain function, nothing. */
export function describeHandler(handler: object): ApplicationDescription {
  const stack = stackOf(handler);
  if (stack === undefined) return { framework: 'node' };
  const routes: RouteDescription[] = [];
  const others: string[] = [];
  collect(stack, '', routes, others);
  const besides =
    others.length === 0 ? {} : { besides: [`${others.length} middleware (${others.join(', ')})`] };
  return { framework: 'express', routes, ...besides };
}

function stackOf(handler: object): readonly Layer[] | undefined {
  const app = handler as { _router?: { stack?: unknown }; router?: { stack?: unknown }; set?: unknown };
  if (typeof app.set !== 'function' && !('stack' in app)) return undefined;
  const stack =
    '_router' in app ? app._router?.stack : ((app as { stack?: unknown }).stack ?? app.router?.stack);
  return Array.isArray(stack) ? (stack as readonly Layer[]) : undefined;
}

function collect(
  stack: readonly Layer[],
  prefix: string,
  routes: RouteDescription[],
  others: string[],
): void {
  for (const { route, handle, name } of stack) {
    // Where a router was put is compiled into a function: `…` stands for it.
    if (route !== undefined) routes.push(toDescription(route, prefix));
    else if (Array.isArray(handle?.stack)) collect(handle.stack, `${prefix}…`, routes, others);
    else if (!OWN.has(name ?? ''))
      others.push(name === undefined || name === '<anonymous>' ? 'unnamed' : name);
  }
}

/** Express 4's own. */
const OWN: ReadonlySet<string> = new Set(['query', 'expressInit']);

function toDescription({ path, methods }: NonNullable<Layer['route']>, prefix: string): RouteDescription {
  const named = Object.keys(methods).filter((method) => methods[method] === true);
  return {
    methods: named.includes('_all') ? ['ANY'] : named.map((method) => method.toUpperCase()),
    path: prefix + (Array.isArray(path) ? path.join(', ') : String(path)),
  };
}
