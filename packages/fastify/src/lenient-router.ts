import { emitWarning } from 'node:process';
import type { FastifyApp } from './shapes.js';

/** Options by which Fastify takes two paths for one that a dispatcher holds for two. */
const LENIENT: Readonly<Record<string, boolean>> = {
  caseSensitive: false,
  ignoreDuplicateSlashes: true,
  useSemicolonDelimiter: true,
};

/**
 * Hints, once for an instance, that its router reads paths more leniently than mounts are matched.
 *
 * Guards of a dispatcher cover every such reading. Mounts do not: `/API` reaches the application at `/`,
 * never the one at `/api`.
 */
export function hintAtLenientRouter(app: FastifyApp): void {
  const options = lenientOptions(app);
  if (options.length === 0) return;
  emitWarning(
    `This Fastify instance was made with ${options.join(' and ')}, so it serves one route under several spellings. ` +
      'Guards of a dispatcher cover them all, mounts are matched exactly: protect its paths with guards, ' +
      'not by what else is mounted.',
    { type: 'ViaductHint', code: 'VIADUCT_W_LENIENT_ROUTER' },
  );
}

/** Fastify 5 knows an old spelling of these options and, in `routerOptions`, a new one. */
function lenientOptions(app: FastifyApp): string[] {
  const config = (app as { initialConfig?: RouterConfig }).initialConfig ?? {};
  const isLenient = (options: RouterConfig, name: string): boolean => options[name] === LENIENT[name];
  return Object.keys(LENIENT)
    .filter((name) => isLenient(config, name) || isLenient(config.routerOptions ?? {}, name))
    .map((name) => `${name}: ${String(LENIENT[name])}`);
}

interface RouterConfig {
  readonly [option: string]: unknown;
  readonly routerOptions?: RouterConfig;
}
