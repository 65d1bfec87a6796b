let enabled: Promise<void> | undefined;

/**
 * Makes `import` understand TypeScript in this process, also of modules that are imported later.
 *
 * The same loader on every version of Node, so that a project that runs on one runs on all: Node's own stripping
 * of types is missing on Node 20, and knows neither enums nor `./app.js` for `app.ts`.
 *
 * @see `docs/decisions/023-typescript-loader.md`
 */
export function enableTypeScript(): Promise<void> {
  enabled ??= register();
  return enabled;
}

async function register(): Promise<void> {
  const { register: registerHooks } = await import('tsx/esm/api');
  const { register: registerRequire } = await import('tsx/cjs/api');
  registerHooks();
  registerRequire();
}
