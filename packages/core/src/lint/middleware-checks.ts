import type { Checks } from './check.js';

/**
 * Middleware and dispatchers: told by comparing what passes two `lint` wrappers in one exchange.
 *
 * Not checked:
 * - M1, that the first byte is passed on at once: that is a matter of time, and a loaded machine is late.
 *   The conformance suite of `@viaduct/testing` checks it with a body that waits for its reader.
 * - M7, reading the path before calling on: the context cannot change (R12, M6), so the order does not matter.
 * - M8, extension calls after the answer was replaced: the contract has no such calls.
 */
export const MIDDLEWARE_CHECKS: Checks<'M2' | 'M3' | 'M4' | 'M5' | 'M6'> = {
  /**
   * A middleware returns its head before it has read the whole body, or it would hold back what is meant to
   * stream. Told by a body of several chunks that has ended before the outer head goes out; `buffers: true`
   * on the outer `lint` says that it is meant.
   *
   * @see PEP 3333, block boundaries
   */
  M2: {
    id: 'M2',
    blames: 'middleware',
    severity: 'warning',
    message: 'should not wait for the whole body',
    cure: 'Transform the body as a stream, or say lint(…, { buffers: true }).',
  },
  /**
   * Who changes a body takes off or recomputes what describes its bytes: a strong `ETag`, `Content-MD5`,
   * `Digest`. (`Content-Length` is B2.)
   *
   * @see RFC 9110 §8.8; PEP 3333, Latinator
   */
  M3: {
    id: 'M3',
    blames: 'middleware',
    severity: 'error',
    message: 'must not keep the validators of a body that it changed',
    cure: 'Delete or recompute ETag and Content-MD5 where you change the body.',
  },
  /**
   * A body with a `Content-Encoding` is left alone, or decoded first.
   *
   * @see RFC 9110 §8.4; PEP 3333, middleware that changes bodies
   */
  M4: {
    id: 'M4',
    blames: 'middleware',
    severity: 'error',
    message: 'must not change an encoded body',
    cure: 'Pass bodies with Content-Encoding on as they are, or decode them and take the header off.',
  },
  /**
   * Going down, `basePath` grows by what `path` loses, and together they stay the same.
   *
   * @see Rack::URLMap; Plack::App::URLMap; werkzeug DispatcherMiddleware
   */
  M5: {
    id: 'M5',
    blames: 'middleware',
    severity: 'error',
    message: 'must keep basePath + path the same on the way down',
    cure: 'Move the prefix from path to basePath as it is; createDispatcher does.',
  },
  /**
   * Coming back, the context says what it said before, and on the Node face so does `req.originalUrl`.
   *
   * @see Rack::URLMap, ensure; Plack::App::URLMap, response_cb
   */
  M6: {
    id: 'M6',
    blames: 'application',
    severity: 'error',
    message: 'must not change the context or req.originalUrl',
    cure: 'Keep what you change in context.state, or in a variable of your own.',
  },
};
