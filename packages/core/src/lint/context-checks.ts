import type { Checks, HeadCheck } from './check.js';
import type { RequestFacts } from './request-facts.js';

type ContextCheckId = 'R2' | 'R3' | 'R10' | 'R11' | 'R12';

/**
 * The context of the request, as the application gets it.
 *
 * Not checked:
 * - R10, `rawHeaders`, `log`, `server` and the names of foreign keys: the context has no such members.
 * - R12, that the context can be extended: `context.state` is the place for values.
 */
export const CONTEXT_CHECKS: Checks<ContextCheckId, HeadCheck<RequestFacts>> = {
  /**
   * `basePath` is `''` or begins with `/`; it never ends with `/`.
   *
   * @see PEP 3333, SCRIPT_NAME; Rack::Lint; Plack::Middleware::Lint
   */
  R2: {
    id: 'R2',
    blames: 'middleware',
    severity: 'error',
    message: "must set basePath to '' or to a path such as '/a/b'",
    cure: "Take the slash off the end; the root is ''.",
    find({ context: { basePath } }) {
      return basePath === '' || /^\/.*[^/]$/s.test(basePath) ? undefined : `got ${JSON.stringify(basePath)}`;
    },
  },
  /**
   * `path` is `''` or begins with `/`; it is not empty where `basePath` is.
   *
   * @see PEP 3333, PATH_INFO; Rack::Lint
   */
  R3: {
    id: 'R3',
    blames: 'middleware',
    severity: 'error',
    message: "must set path to '' or to what begins with '/'",
    cure: "Cut a path at a slash; at the root it is '/'.",
    find({ context: { basePath, path } }) {
      if (path === '' && basePath === '') return 'basePath and path are both empty';
      return path === '' || path.startsWith('/') ? undefined : `got ${JSON.stringify(path)}`;
    },
  },
  /**
   * The context has every member that the contract names, of its type.
   *
   * @see PEP 3333, environ variables; Rack::Lint, required keys
   */
  R10: {
    id: 'R10',
    blames: 'server',
    severity: 'error',
    message: 'must pass a whole context',
    cure: 'Pass on the context you were given, or make one with createContext(request).',
    find({ context }) {
      const wrong = MEMBERS.find(([name, type]) => typeof context[name] !== type);
      return wrong === undefined
        ? undefined
        : `context.${wrong[0]} is ${typeof context[wrong[0]]}, not a ${wrong[1]}`;
    },
  },
  /**
   * `context.signal` is an `AbortSignal`, and the request's own signal follows it: where the client has gone
   * away, both know.
   */
  R11: {
    id: 'R11',
    blames: 'middleware',
    severity: 'error',
    message: 'must keep the signal of the request',
    cure: 'Make a changed request with new Request(url, request), which keeps its signal.',
    find({ signal, context }) {
      const { signal: known } = context;
      if (typeof known?.aborted !== 'boolean' || typeof known.addEventListener !== 'function') {
        return 'context.signal is not an AbortSignal';
      }
      if (signal === undefined || !known.aborted || signal.aborted) return undefined;
      return 'context.signal is aborted, and request.signal is not';
    },
  },
  /**
   * `basePath`, `path` and `target` cannot be written: an application that wrote them would lead those
   * above and beside it astray.
   *
   * @see PEP 3333; Rack::Builder and Plack restore them after each call, which a promise cannot
   */
  R12: {
    id: 'R12',
    blames: 'server',
    severity: 'error',
    message: 'must pass a context whose path cannot be written',
    cure: 'Make the members getters, or freeze the context.',
    find({ context }) {
      const writable = (['basePath', 'path', 'target'] as const).find((name) => isWritable(context, name));
      return writable === undefined ? undefined : `context.${writable} can be assigned`;
    },
  },
};

const MEMBERS = [
  ['basePath', 'string'],
  ['path', 'string'],
  ['target', 'string'],
  ['url', 'string'],
  ['protocol', 'string'],
  ['host', 'string'],
  ['state', 'object'],
  ['onFinished', 'function'],
  ['waitUntil', 'function'],
] as const;

function isWritable(context: object, name: string): boolean {
  for (
    let holder: object | null = context;
    holder !== null;
    holder = Object.getPrototypeOf(holder) as object | null
  ) {
    const property = Object.getOwnPropertyDescriptor(holder, name);
    if (property !== undefined) return property.writable === true || property.set !== undefined;
  }
  return false;
}
