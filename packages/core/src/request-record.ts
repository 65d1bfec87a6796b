import type { IncomingMessage } from 'node:http';
import type { Context } from './context.js';
import type { ForwardedFacts } from './forwarding.js';
import type { MountPoint } from './mount-point.js';
import type { NodeObservation } from './node-observation.js';
import type { ParsedTarget } from './target.js';
import type { AnswerEnd } from './upgrade-end.js';

/**
 * What Viaduct keeps on a Node request, from its entry on.
 *
 * Registered symbols, so that two copies of this package in one process read the same record; the number
 * is raised when its shape changes. Nothing a client sends can set them.
 */
export const POINT: unique symbol = Symbol.for('viaduct.1.point');
export const TARGET: unique symbol = Symbol.for('viaduct.1.target');
export const RESPONSE: unique symbol = Symbol.for('viaduct.1.response');
export const BODY_BYTES: unique symbol = Symbol.for('viaduct.1.body-bytes');
export const FORWARDED: unique symbol = Symbol.for('viaduct.1.forwarded');
export const OBSERVATION: unique symbol = Symbol.for('viaduct.1.observation');
/** Set when the body has grown beyond its limit: what readers of it are told. */
export const OVERFLOW: unique symbol = Symbol.for('viaduct.1.overflow');
export const CONTEXT: unique symbol = Symbol.for('viaduct.1.context');

/** A Node request with Viaduct's record on it. */
export interface RecordedRequest extends IncomingMessage {
  /** The target as it came: the convention that Connect began and Fastify, Express and Koa's middleware read. */
  originalUrl?: string;
  /** Where the request has arrived. Absent until it was admitted. */
  [POINT]?: MountPoint;
  [TARGET]?: ParsedTarget;
  [RESPONSE]?: AnswerEnd;
  /** The declared length of its body: 0 without one, `Infinity` for one that nobody knows yet. */
  [BODY_BYTES]?: number;
  [OVERFLOW]?: Error;
  /** What trusted proxies said. */
  [FORWARDED]?: ForwardedFacts;
  /** The context that was built last: there is none until somebody asks. */
  [CONTEXT]?: Context;
  /** Present while somebody observes the exchange. */
  [OBSERVATION]?: NodeObservation;
}
