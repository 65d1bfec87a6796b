import type { Context } from '../context.js';
import { parseHost } from '../host.js';
import { isHopByHop } from '../hop-by-hop.js';
import { targetBelow } from '../target.js';
import type { Checks, HeadCheck } from './check.js';

/** What a request's head shows before the application sees it. */
export interface RequestFacts {
  readonly face: 'web' | 'node';
  readonly method: string;
  /** What the application sees: a whole URL on the web face, a target on the Node face. */
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  /** On the Node face, Node itself says so, and it is not asked. */
  readonly hasBody: boolean | undefined;
  readonly headerNames: readonly string[];
  /** The signal of the web request. */
  readonly signal: AbortSignal | undefined;
  readonly context: Context;
  /** Whether the context was made here: then the request is as the runtime made it. */
  readonly isEntry: boolean;
  /** Whether the application reads its path from the context, and so may be given the whole URL. */
  readonly readsContext: boolean;
}

type RequestCheckId =
  | 'R1'
  | 'R2'
  | 'R3'
  | 'R4'
  | 'R5'
  | 'R6'
  | 'R7'
  | 'R8'
  | 'R9'
  | 'R10'
  | 'R11'
  | 'R12'
  | 'R13';

/**
 * The request and its context, as the application gets them.
 *
 * Not checked:
 * - R1, unknown methods: an application may know methods that nobody else does.
 * - R4, backslashes: a gateway passes them on unchanged when every reading leads to the same mount.
 * - R8, `Content-Length` of a GET or HEAD: the web types cannot hold the body that it announces.
 * - R10, `rawHeaders`, `log`, `server` and the names of foreign keys: the context has no such members.
 * - R12, that the context can be extended: `context.state` is the place for values.
 */
export const REQUEST_CHECKS: Checks<RequestCheckId, HeadCheck<RequestFacts>> = {
  /**
   * The method is a token, in the case in which it came.
   *
   * @see RFC 9110 §9.1; wsgiref.validate; Rack::Lint
   */
  R1: {
    id: 'R1',
    blames: 'server',
    severity: 'error',
    message: 'must pass a method that is a token',
    cure: 'Refuse such a request with 400 before it reaches an application.',
    find: ({ method }) => (TOKEN.test(method) ? undefined : `got ${JSON.stringify(method)}`),
  },
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
   * `path` is a path and nothing else: no query, no fragment, no control character. Absolute-form,
   * authority-form and `*` never reach an application, and below a mount the target never begins with `//`,
   * which browsers would take for another host.
   *
   * @see RFC 9112 §3.2; Rack::Lint, the four forms of a target
   */
  R4: {
    id: 'R4',
    blames: 'server',
    severity: 'error',
    message: 'must pass a target in origin-form and a path without query',
    cure: 'Read the target once, with createDispatcher, toNode or serve, and answer other forms there.',
    find({ face, url, context: { basePath, path } }) {
      // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
      if (/[?#\u0000-\u001F\u007F]/.test(path)) return `the path is ${JSON.stringify(path)}`;
      if (face === 'node' && !url.startsWith('/')) return `req.url is ${JSON.stringify(url)}`;
      if (face === 'node' && basePath !== '' && /^\/[/\\]/.test(url))
        return `req.url is ${JSON.stringify(url)}`;
      return undefined;
    },
  },
  /**
   * What the application sees of the target is what the context says: on the web face the path and query of
   * `Request.url`, on the Node face `req.url`. A mounted application sees the path below its base path.
   *
   * @see PEP 3333, URL reconstruction
   */
  R5: {
    id: 'R5',
    blames: 'middleware',
    severity: 'error',
    message: 'must show the application the path that the context tells',
    cure: 'Do not rewrite the URL of a request and pass the old context along; mount the application where it belongs.',
    find: ({ face, url, context, readsContext }) =>
      face === 'node' ? differentTarget(url, context) : differentUrl(url, context, readsContext),
  },
  /**
   * The scheme is `http` or `https`.
   *
   * @see wsgiref.validate, url_scheme; Rack::Lint
   */
  R6: {
    id: 'R6',
    blames: 'server',
    severity: 'error',
    message: 'must pass an http or https URL',
    cure: 'Set context.protocol to http or https, and build URLs of it.',
    find({ face, url, context: { protocol } }) {
      if (protocol !== 'http' && protocol !== 'https')
        return `context.protocol is ${JSON.stringify(protocol)}`;
      return face === 'node' || /^https?:\/\//.test(url) ? undefined : `got ${JSON.stringify(url)}`;
    },
  },
  /**
   * `context.host` is a valid authority, and on the web face the host of `Request.url`: links are built of
   * it, so nobody may smuggle a path or a user name into it.
   *
   * @see RFC 9112 §3.2; RFC 3986 §3.2.2; Rack::Lint, SERVER_NAME and HTTP_HOST
   */
  R7: {
    id: 'R7',
    blames: 'server',
    severity: 'error',
    message: 'must tell one valid host',
    cure: 'Refuse a missing or malformed Host with 400, and build the URL of the validated one.',
    find({ face, url, context: { host, protocol } }) {
      if (parseHost(host) === undefined) return `context.host is ${JSON.stringify(host)}`;
      if (face === 'node' || !URL.canParse(url)) return undefined;
      const seen = new URL(url).host;
      return seen === new URL(`${protocol}://${host}`).host
        ? undefined
        : `context.host is ${JSON.stringify(host)}, and the URL says ${JSON.stringify(seen)}`;
    },
  },
  /**
   * `Content-Length` is digits, does not stand beside `Transfer-Encoding`, and does not announce a body that
   * was taken away.
   *
   * @see RFC 9112 §6.3; wsgiref.validate; Rack::Lint
   */
  R8: {
    id: 'R8',
    blames: 'server',
    severity: 'error',
    message: 'must pass a Content-Length that is true',
    cure: 'Drop Content-Length when the body is dropped, replaced or decoded.',
    find({ method, headers, hasBody }) {
      const length = headers.get('content-length');
      if (length === null) return undefined;
      if (!/^\d+$/.test(length)) return `it is ${JSON.stringify(length)}`;
      if (headers.get('transfer-encoding') !== null) return 'it stands beside Transfer-Encoding';
      const mayLack = method === 'GET' || method === 'HEAD' || hasBody !== false;
      return mayLack || Number(length) === 0 ? undefined : `it is ${length}, and there is no body`;
    },
  },
  /**
   * On the web face, GET and HEAD have no body: `Request.body` is `null`.
   *
   * @see Fetch, "Request with GET/HEAD method cannot have body"
   */
  R9: {
    id: 'R9',
    blames: 'server',
    severity: 'error',
    message: 'must pass no body with GET or HEAD',
    cure: 'Leave the body out on the web face; the Node face delivers it.',
    find: ({ face, method, hasBody }) =>
      face === 'web' && (method === 'GET' || method === 'HEAD') && hasBody === true
        ? `got a ${method} with one`
        : undefined,
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
  /**
   * Headers that speak of one connection are not visible on the web face: the connection is not the
   * application's. What a foreign runtime shows the outermost application is its own affair.
   *
   * @see RFC 9110 §7.6.1; PEP 3333
   */
  R13: {
    id: 'R13',
    blames: 'server',
    severity: 'error',
    message: 'must take off hop-by-hop headers',
    cure: 'Leave out Connection, Keep-Alive, TE, Trailer, Transfer-Encoding, Upgrade and Proxy-* when you make the Request.',
    find({ face, isEntry, headerNames }) {
      if (face === 'node' || isEntry) return undefined;
      const name = headerNames.find(isHopByHop);
      return name === undefined ? undefined : `the request shows "${name}"`;
    },
  },
};

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

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

function differentTarget(url: string, context: Context): string | undefined {
  const expected = targetBelow(context.exchange.target, context.basePath);
  return url === expected
    ? undefined
    : `req.url is ${JSON.stringify(url)}, the context says ${JSON.stringify(expected)}`;
}

/** An application that reads the context is spared a stripped URL: of the URL, only the query must agree. */
function differentUrl(url: string, context: Context, readsContext: boolean): string | undefined {
  // R6 and R7 tell what is wrong with a URL that is none.
  if (!URL.canParse(url) || !URL.canParse(context.mountedUrl)) return undefined;
  const seen = new URL(url);
  const expected = new URL(context.mountedUrl);
  const agrees = seen.search === expected.search && (readsContext || seen.pathname === expected.pathname);
  if (agrees) return undefined;
  return `request.url shows ${JSON.stringify(seen.pathname + seen.search)}, the context says ${JSON.stringify(expected.pathname + expected.search)}`;
}

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
