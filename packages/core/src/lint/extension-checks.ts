import type { Checks } from './check.js';

/**
 * What goes beyond request and answer.
 *
 * Not checked:
 * - E1, header names and values of early hints: Node throws at them.
 * - E2, that only one handler answers an upgrade; E3, that the chosen subprotocol was offered: both would
 *   mean reading the bytes on the socket.
 */
export const EXTENSION_CHECKS: Checks<'E1' | 'E2'> = {
  /**
   * Early hints go out before the head of the answer, and not to HTTP/1.0 clients, which take them for the
   * answer.
   *
   * @see RFC 8297; Rack::Lint; gunicorn, test_early_hints
   */
  E1: {
    id: 'E1',
    blames: 'application',
    severity: 'error',
    message: 'must send early hints before the head, and only over HTTP/1.1 or later',
    cure: 'Test res.headersSent and req.httpVersion before writeEarlyHints.',
  },
  /**
   * Who takes an upgrade answers it or closes the socket: Node does neither, and the client waits for ever.
   *
   * @see RFC 9110 §7.8; Rack::Lint, hijacking
   */
  E2: {
    id: 'E2',
    blames: 'application',
    severity: 'warning',
    message: 'should answer every upgrade',
    cure: 'Write 101, or an error answer, or destroy the socket.',
  },
};
