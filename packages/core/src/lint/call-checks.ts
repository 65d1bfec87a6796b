import type { Checks } from './check.js';

/**
 * The call: what goes into an application's face, and what comes out of it.
 */
export const CALL_CHECKS: Checks<'C1' | 'C2' | 'C3' | 'C4'> = {
  /**
   * A web face is called with a `Request` and a context; the outermost one may get its runtime's own second
   * argument instead. A Node face is called with Node's request and response. Both are judged by shape.
   *
   * @see wsgiref.validate, "Two arguments required"; Rack::Lint, "app must respond to call"
   */
  C1: {
    id: 'C1',
    blames: 'server',
    severity: 'error',
    message: 'must call fetch(request, context) or handle(req, res)',
    cure: 'Pass the Request itself, and the context that came with it.',
  },
  /**
   * A web face answers with a `Response` or a promise of one: never with `undefined`, a string, a plain
   * object or Node's own response. "Not mine" is an answer too: 404.
   *
   * @see wsgiref.validate, "must return an iterator"; Rack::Lint, "response is not an Array"
   */
  C2: {
    id: 'C2',
    blames: 'application',
    severity: 'error',
    message: 'must answer with a Response',
    cure: 'Return new Response(…) on every path through the handler; look for a missing return or await.',
  },
  /**
   * Every answer is a `Response` of its own, whose body nobody has read or locked: a body can be sent once.
   *
   * @see Rack::Lint, frozen and consumed bodies
   */
  C3: {
    id: 'C3',
    blames: 'application',
    severity: 'error',
    message: 'must answer with a fresh Response',
    cure: 'Make a new Response for each request; clone() one whose body you read yourself.',
  },
  /**
   * An application answers in time (30 seconds, unless `answerTimeoutMs` says otherwise), or its client
   * has gone away.
   */
  C4: {
    id: 'C4',
    blames: 'application',
    severity: 'warning',
    message: 'must answer in time',
    cure: 'Look for a promise that never settles, or a Node response that is never ended; raise answerTimeoutMs if it needs the time.',
  },
};
