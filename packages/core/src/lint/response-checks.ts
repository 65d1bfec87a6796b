import { isHopByHop } from '../hop-by-hop.js';
import type { Checks, HeadCheck } from './check.js';

/** An answer's head, as the application made it: what the server adds is not among it. */
export interface ResponseFacts {
  readonly face: 'web' | 'node';
  readonly status: number;
  readonly statusText: string;
  /** Names in lower case. */
  readonly headers: readonly (readonly [string, string])[];
}

type ResponseCheckId = 'S1' | 'S2' | 'S3' | 'S4' | 'S5' | 'S6' | 'S8' | 'S9' | 'S10' | 'S11' | 'S12' | 'S13';

/**
 * The head of the answer.
 *
 * Not checked:
 * - S3, that header names are tokens: Node and the web types refuse others.
 * - S10, that `Location` is absolute: RFC 9110 §10.2.2 allows relative ones.
 */
export const RESPONSE_CHECKS: Checks<ResponseCheckId, HeadCheck<ResponseFacts>> = {
  /**
   * The status is final and a whole number: 200 to 599, and on the Node face up to 999, which web types
   * cannot hold. 1xx answers are not sent as the answer: Node has `writeEarlyHints` and `writeContinue`.
   *
   * @see RFC 9110 §15; Rack::Lint, "Status must be an Integer >=100"
   */
  S1: {
    id: 'S1',
    blames: 'application',
    severity: 'error',
    message: 'must answer with a final status',
    cure: 'Choose a status from 200 to 599.',
    find({ face, status }) {
      const highest = face === 'node' ? 999 : 599;
      return Number.isInteger(status) && status >= 200 && status <= highest
        ? undefined
        : `got ${String(status)}`;
    },
  },
  /**
   * The reason phrase is Latin-1 without control characters.
   *
   * @see RFC 9112 §4; wsgiref.validate, check_status
   */
  S2: {
    id: 'S2',
    blames: 'application',
    severity: 'error',
    message: 'must send a reason phrase that HTTP can carry',
    cure: 'Leave the reason phrase away, or keep it to printable Latin-1 characters.',
    find: ({ statusText }) => (PRINTABLE.test(statusText) ? undefined : `got ${JSON.stringify(statusText)}`),
  },
  /**
   * No header is called `status`, and no name ends with `-` or `_`: both come of a slip in code that
   * speaks CGI.
   *
   * @see wsgiref.validate; Plack::Middleware::Lint; Rack::Lint
   */
  S3: {
    id: 'S3',
    blames: 'application',
    severity: 'warning',
    message: 'should send headers with sound names',
    cure: 'Set the status as a status, and mend the name.',
    find({ headers }) {
      const found = headers.find(([name]) => name === 'status' || /[-_]$/.test(name));
      return found === undefined ? undefined : `"${found[0]}" is none`;
    },
  },
  /**
   * Header values are Latin-1 without CR, LF or NUL: what is put in by a client must not begin a header of
   * its own.
   *
   * @see RFC 9110 §5.5; wsgiref.validate; Rack::Lint
   */
  S4: {
    id: 'S4',
    blames: 'application',
    severity: 'error',
    message: 'must send header values that HTTP can carry',
    cure: 'Encode the value, for instance with encodeURIComponent, or refuse what a client put into it.',
    find({ headers }) {
      const found = headers.find(([, value]) => !SENDABLE.test(value));
      return found === undefined ? undefined : `"${found[0]}" is ${JSON.stringify(found[1])}`;
    },
  },
  /**
   * An application sends no header that speaks of the connection, which is the server's. On the Node face
   * those that Node itself reads and obeys (`Connection`, `Keep-Alive`, `Transfer-Encoding`, `Trailer`,
   * `Upgrade`) are allowed.
   *
   * @see RFC 9110 §7.6.1; PEP 3333, "fatal error"
   */
  S5: {
    id: 'S5',
    blames: 'application',
    severity: 'error',
    message: 'must leave hop-by-hop headers to the server',
    cure: 'Do not set it; when you pass on an answer of another server, leave it out.',
    find({ face, headers }) {
      const found = headers.find(
        ([name]) => isHopByHop(name) && !(face === 'node' && OBEYED_BY_NODE.has(name)),
      );
      return found === undefined ? undefined : `got "${found[0]}"`;
    },
  },
  /**
   * A 204 has no `Content-Length`, and that of a 205 is 0: a client could wait for bytes that never come.
   *
   * @see RFC 9110 §8.6, §15.3.6; Rack::Lint; wsgiref.validate, check_content_type
   */
  S6: {
    id: 'S6',
    blames: 'application',
    severity: 'error',
    message: 'must not announce a body that the status forbids',
    cure: 'Leave Content-Length away, or answer 200.',
    find({ status, headers }) {
      const length = valueOf(headers, 'content-length');
      if (length === undefined || (status !== 204 && (status !== 205 || length === '0'))) return undefined;
      return `${status} with content-length ${JSON.stringify(length)}`;
    },
  },
  /**
   * Each cookie has a `Set-Cookie` of its own: joined by commas, only the first counts. Told by what looks
   * like a second cookie after a comma.
   *
   * @see RFC 6265 §3; ASGI, headers are a list
   */
  S8: {
    id: 'S8',
    blames: 'application',
    severity: 'warning',
    message: 'should set each cookie in a header of its own',
    cure: 'Use headers.append("set-cookie", …) or res.appendHeader; copy cookies with getSetCookie().',
    find({ headers }) {
      const found = headers.find(
        ([name, value]) => name === 'set-cookie' && /,\s*[!#$%&'*+\-.^_`|~\w]+=/.test(value),
      );
      return found === undefined ? undefined : `got ${JSON.stringify(found[1])}`;
    },
  },
  /**
   * An `ETag` stands in double quotes; a weak one begins with `W/`.
   *
   * @see RFC 9110 §8.8.3; werkzeug
   */
  S9: {
    id: 'S9',
    blames: 'application',
    severity: 'warning',
    message: 'should quote its ETag',
    cure: 'Write "…" or W/"…".',
    find({ headers }) {
      const tag = valueOf(headers, 'etag');
      return tag === undefined || /^(?:W\/)?"[^"]*"$/.test(tag) ? undefined : `got ${JSON.stringify(tag)}`;
    },
  },
  /**
   * `Location` is a URL reference, and does not begin with `//` or `/\`, which lead to another host: most
   * often a path that a client made up.
   *
   * @see RFC 9110 §10.2.2; werkzeug
   */
  S10: {
    id: 'S10',
    blames: 'application',
    severity: 'warning',
    message: 'should redirect to a URL or a path',
    cure: 'Write a path that begins with one slash, or the whole URL; ignore S10 where another host is meant.',
    find({ headers }) {
      const location = valueOf(headers, 'location');
      if (location === undefined) return undefined;
      const isSound = !/^[/\\]{2}/.test(location) && URL.canParse(location, 'http://host.invalid/');
      return isSound ? undefined : `got ${JSON.stringify(location)}`;
    },
  },
  /**
   * 301, 302, 303, 307 and 308 say where to go.
   *
   * @see RFC 9110 §15.4
   */
  S11: {
    id: 'S11',
    blames: 'application',
    severity: 'warning',
    message: 'should say where a redirect leads',
    cure: 'Set Location, or choose another status.',
    find({ status, headers }) {
      return REDIRECTS.has(status) && valueOf(headers, 'location') === undefined
        ? `${status} without location`
        : undefined;
    },
  },
  /**
   * `Content-Length` and `Transfer-Encoding` never come together: two lengths for one body are what request
   * smuggling is made of.
   *
   * @see RFC 9112 §6.2
   */
  S12: {
    id: 'S12',
    blames: 'application',
    severity: 'error',
    message: 'must say in one way how long its body is',
    cure: 'Set neither of the two: the server chooses.',
    find({ headers }) {
      const hasBoth =
        valueOf(headers, 'content-length') !== undefined &&
        valueOf(headers, 'transfer-encoding') !== undefined;
      return hasBoth ? 'got content-length and transfer-encoding' : undefined;
    },
  },
  /**
   * 204 and 304 carry no `Content-Type`: there is no content, and caches would store it.
   *
   * @see RFC 9110 §15.4.5; wsgiref.validate, check_content_type; Rack::Lint
   */
  S13: {
    id: 'S13',
    blames: 'application',
    severity: 'warning',
    message: 'should not describe content that is not there',
    cure: 'Leave Content-Type away.',
    find({ status, headers }) {
      const isEmpty = status === 204 || status === 304;
      return isEmpty && valueOf(headers, 'content-type') !== undefined
        ? `${status} with content-type`
        : undefined;
    },
  },
};

/** Tab and printable Latin-1 (RFC 9110 §5.5, `field-vchar`). */
const PRINTABLE = /^[\t\u0020-\u007E\u0080-\u00FF]*$/;
const SENDABLE = PRINTABLE;

const OBEYED_BY_NODE: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The first value of a header. */
export function valueOf(headers: ResponseFacts['headers'], name: string): string | undefined {
  return headers.find(([other]) => other === name)?.[1];
}
