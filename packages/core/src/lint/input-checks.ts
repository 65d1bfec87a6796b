import type { Checks } from './check.js';

/**
 * The request body, on the web face.
 *
 * Not checked:
 * - I1, reading twice: the web types throw at the second read.
 * - I1 to I3 on the Node face: Node's parser counts the bytes, and listening to the stream would set it flowing.
 */
export const INPUT_CHECKS: Checks<'I1' | 'I2' | 'I3'> = {
  /**
   * The request body is read before the exchange ends: later, its connection may be gone or in use by the
   * next request.
   *
   * @see Rack::Lint, InputWrapper
   */
  I1: {
    id: 'I1',
    blames: 'application',
    severity: 'error',
    message: 'must not read the request body after the exchange has ended',
    cure: 'Read what you need before the answer ends, and give context.waitUntil only what was read.',
  },
  /**
   * An application that goes on working leaves a body that it does not want alone, rather than cancelling
   * it: the server knows best whether to drain it or to close. Releasing it with the answer is fine.
   *
   * @see PEP 3333, "must not close the input"
   */
  I2: {
    id: 'I2',
    blames: 'application',
    severity: 'warning',
    message: 'need not cancel the request body',
    cure: 'Just answer: an unread body is the server’s to drop.',
  },
  /**
   * The request body is no longer than its `Content-Length`.
   *
   * @see PEP 3333, input and error streams, note 1
   */
  I3: {
    id: 'I3',
    blames: 'server',
    severity: 'error',
    message: 'must not pass more body than Content-Length says',
    cure: 'Drop Content-Length when the body is replaced or decoded.',
  },
};
