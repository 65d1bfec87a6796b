import type { Checks } from './check.js';

/**
 * The end of the exchange.
 *
 * Not checked:
 * - F1 by garbage collection, as wsgiref.validate does: it would depend on when memory runs short.
 * - F3, the order of callbacks and what they throw: the exchange itself sees to both.
 */
export const FINISH_CHECKS: Checks<'F1' | 'F2' | 'F3' | 'F4'> = {
  /**
   * A body is read to its end or cancelled. Otherwise what feeds it (a file, a database cursor, another
   * server) stays open. Looked at when the exchange has ended.
   *
   * @see PEP 3333, close(); werkzeug; Rack::Lint, "Body has not been closed"
   */
  F1: {
    id: 'F1',
    blames: 'server',
    severity: 'error',
    message: 'must read a body to its end or cancel it',
    cure: 'Call body.cancel() on every way out on which the body is not read.',
  },
  /**
   * A middleware that answers in place of the application cancels the application's body first.
   *
   * @see Rack::Lint, the stack of wrappers in rack.lint
   */
  F2: {
    id: 'F2',
    blames: 'middleware',
    severity: 'error',
    message: 'must cancel the body of a Response that it replaces',
    cure: 'Call await response.body?.cancel() before returning another Response.',
  },
  /**
   * `onFinished` callbacks are called once, with an outcome.
   *
   * @see Rack::Lint, rack.response_finished; Django, request_finished
   */
  F3: {
    id: 'F3',
    blames: 'server',
    severity: 'error',
    message: 'must end an exchange once, with an outcome',
    cure: 'Call each callback once, with { kind, status }, where kind is completed, aborted or failed.',
  },
  /**
   * Every exchange ends: `onFinished` has fired for each when the application stops.
   *
   * @see PEP 3333, "server must call close()"
   */
  F4: {
    id: 'F4',
    blames: 'server',
    severity: 'error',
    message: 'must end every exchange before the application stops',
    cure: 'Read or cancel the body of every Response; a server waits for its requests before it calls stop().',
  },
};
