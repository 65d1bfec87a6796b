import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServeOptions } from './serve-options.js';

/** Answers a request, or leaves it to the application by returning `false`. */
export type FirstAnswer = (request: IncomingMessage, response: ServerResponse) => boolean;

const FIRST_ANSWER: unique symbol = Symbol.for('viaduct.1.first-answer');

/**
 * Lets a function see each request before all else: before logs and metrics begin, before it counts as one in
 * flight, and before its head is checked.
 *
 * For the probes of the command, which must not wrap the application: what is around it hides that its mounts
 * have limits of their own. Not among the public options, since an application has `fetch` for its answers.
 */
export function withFirstAnswer(options: ServeOptions, answer: FirstAnswer | undefined): ServeOptions {
  return answer === undefined ? options : Object.assign({ ...options }, { [FIRST_ANSWER]: answer });
}

export function firstAnswerOf(options: ServeOptions): FirstAnswer | undefined {
  return (options as { [FIRST_ANSWER]?: FirstAnswer })[FIRST_ANSWER];
}
