import type { Checks } from './check.js';

/**
 * The body of the answer.
 *
 * Not checked:
 * - B3, reading after the end and reading twice: streams themselves throw.
 * - B5, a body given as a file: the contract has none.
 * - B1 on the Node face: Node takes strings, and throws at anything else.
 */
export const BODY_CHECKS: Checks<'B1' | 'B2' | 'B4' | 'B6' | 'S7'> = {
  /**
   * On the web face, chunks are bytes: `Uint8Array`, never strings.
   *
   * @see wsgiref.validate, "non-bytestring"; Rack::Lint, "non-string value"
   */
  B1: {
    id: 'B1',
    blames: 'application',
    severity: 'error',
    message: 'must yield bytes',
    cure: 'Pipe the stream through new TextEncoderStream(), or enqueue new TextEncoder().encode(text).',
  },
  /**
   * A body is as long as its `Content-Length`, and that of a 204, 205 or 304 is empty. A shorter or longer
   * one would be taken for a part of the next answer.
   *
   * @see RFC 9112 §6.3; werkzeug; Rack::Lint, verify_content_length
   */
  B2: {
    id: 'B2',
    blames: 'application',
    severity: 'error',
    message: 'must send as many bytes as it announces',
    cure: 'Leave Content-Length away, or count bytes instead of characters.',
  },
  /**
   * Chunks are not empty: every one costs a round through all layers and says nothing.
   *
   * @see gunicorn, which ends a chunked body at the first of them
   */
  B4: {
    id: 'B4',
    blames: 'application',
    severity: 'warning',
    message: 'should not yield empty chunks',
    cure: 'Skip chunks of length 0.',
  },
  /**
   * The answer to HEAD has the headers of GET and no body; a body is dropped.
   *
   * @see RFC 9110 §9.3.2; Rack::Lint
   */
  B6: {
    id: 'B6',
    blames: 'application',
    severity: 'warning',
    message: 'should answer HEAD without a body',
    cure: 'Return new Response(null, …) for HEAD, or let the framework do it.',
  },
  /**
   * A body has a `Content-Type`, or browsers guess it. Redirects are excepted.
   *
   * @see RFC 9110 §8.3; python/cpython#93416 for the exception
   */
  S7: {
    id: 'S7',
    blames: 'application',
    severity: 'warning',
    message: 'should say what its body is',
    cure: 'Set Content-Type.',
  },
};
