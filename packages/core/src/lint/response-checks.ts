import type { Checks, HeadCheck } from './check.js';
import { isPrintable, type ResponseFacts, valueOf } from './response-facts.js';

type ResponseCheckId = 'S1' | 'S2' | 'S6' | 'S11' | 'S13';

/** The status of the answer, and what it asks of the headers. */
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
    find: ({ statusText }) => (isPrintable(statusText) ? undefined : `got ${JSON.stringify(statusText)}`),
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

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
