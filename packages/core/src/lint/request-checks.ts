import type { Context } from '../context.js';
import { parseHost } from '../host.js';
import { isHopByHop } from '../hop-by-hop.js';
import { targetBelow } from '../target.js';
import type { Checks, HeadCheck } from './check.js';
import type { RequestFacts } from './request-facts.js';

type RequestCheckId = 'R1' | 'R4' | 'R5' | 'R6' | 'R7' | 'R8' | 'R9' | 'R13';

/**
 * The request, as the application gets it.
 *
 * Not checked:
 * - R1, unknown methods: an application may know methods that nobody else does.
 * - R4, backslashes: a gateway passes them on unchanged when every reading leads to the same mount.
 * - R8, `Content-Length` of a GET or HEAD: the web types cannot hold the body that it announces.
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
    find({ face, url, context: { basePath, path }, readsContext }) {
      // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
      if (/[?#\u0000-\u001F\u007F]/.test(path)) return `the path is ${JSON.stringify(path)}`;
      if (face === 'node' && !url.startsWith('/')) return `req.url is ${JSON.stringify(url)}`;
      if (basePath === '' || readsContext) return undefined;
      const target = face === 'node' ? url : url.replace(/^https?:\/\/[^/]*/, '');
      return /^\/[/\\]/.test(target) ? `the target is ${JSON.stringify(target)}` : undefined;
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
