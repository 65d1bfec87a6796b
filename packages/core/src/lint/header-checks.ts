import { isHopByHop } from '../hop-by-hop.js';
import type { Checks, HeadCheck } from './check.js';
import { isPrintable, type ResponseFacts, valueOf } from './response-facts.js';

type HeaderCheckId = 'S3' | 'S4' | 'S5' | 'S8' | 'S9' | 'S10' | 'S12';

/**
 * The headers of the answer, whatever its status.
 *
 * Not checked:
 * - S3, that header names are tokens: Node and the web types refuse others.
 * - S10, that `Location` is absolute: RFC 9110 §10.2.2 allows relative ones.
 */
export const HEADER_CHECKS: Checks<HeaderCheckId, HeadCheck<ResponseFacts>> = {
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
      const found = headers.find(([, value]) => !isPrintable(value));
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
};

const OBEYED_BY_NODE: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
