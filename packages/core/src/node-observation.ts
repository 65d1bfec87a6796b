import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { EndedExchange } from './ended-exchange.js';
import type { RequestState } from './exchange.js';
import type { Mount } from './mount-point.js';
import type { Observer } from './observer.js';
import type { Outcome } from './outcome.js';
import { plainAddress } from './plain-address.js';
import { CONTEXT, FORWARDED, OBSERVATION, POINT, type RecordedRequest, TARGET } from './request-record.js';
import { wireOf } from './target.js';
import type { AnswerEnd } from './upgrade-end.js';
import { whenClosed } from './when-closed.js';

/** Begins the observation of a Node request, or adds to the one that has begun; for the same observer it counts once. */
export function observeOnNode(
  observer: Observer,
  request: RecordedRequest,
  end: AnswerEnd,
  name: string | undefined,
): void {
  const begun = request[OBSERVATION];
  if (begun === undefined) request[OBSERVATION] = new NodeObservation(observer, request, end, name);
  else begun.add(observer);
}

/** The answer, with what Node keeps of its head: `undefined` before it is made, and on HTTP/2. */
interface NodeAnswer extends AnswerEnd {
  readonly socket?: ServerResponse['socket'];
  readonly _header?: string | null;
  once?(event: 'socket', listener: () => void): unknown;
}

/** Which observed answer a connection carries now, and how much it had sent before. */
interface ObservedSocket extends Socket {
  [CURRENT]?: NodeObservation;
}

const CURRENT: unique symbol = Symbol('viaduct.observation');

/** Reads what it tells of the exchange when it is over, from Node's own objects and the record on the request. */
export class NodeObservation implements EndedExchange {
  readonly method: string;
  readonly target: string;
  readonly #request: RecordedRequest;
  readonly #answer: NodeAnswer;
  readonly #name: string | undefined;
  readonly #observers: Observer[];
  readonly #startedAt: number = performance.now();
  #bytesBefore = 0;
  #bytesAfter: number | undefined;
  #durationMs: number | undefined;

  constructor(observer: Observer, request: RecordedRequest, answer: NodeAnswer, name: string | undefined) {
    this.method = request.method ?? 'GET';
    const target = request[TARGET];
    this.target = target === undefined ? (request.url ?? '/') : wireOf(target);
    this.#request = request;
    this.#answer = answer;
    this.#name = name;
    this.#observers = [observer];
    // A connection that is lost no longer tells the address of its other end, unless it was asked before.
    void request.socket.remoteAddress;
    whenClosed(answer, () => this.#end());
    if (answer.socket === null) this.#awaitTurn(request.socket);
    else this.#take(request.socket);
    observer.began?.();
  }

  add(observer: Observer): void {
    if (this.#observers.includes(observer)) return;
    this.#observers.push(observer);
    observer.began?.();
  }

  get host(): string | undefined {
    return this.#request[FORWARDED]?.host ?? this.#request.headers.host;
  }

  get httpVersion(): string {
    return this.#request.httpVersion;
  }

  get clientAddress(): string | undefined {
    return this.#request[FORWARDED]?.clientAddress ?? plainAddress(this.#request.socket.remoteAddress);
  }

  /** A web application's dispatcher goes on from where the record on the request ends. */
  get mounts(): readonly Mount[] {
    const recorded = this.#request[POINT]?.mounts ?? [];
    const reached = this.#request[CONTEXT]?.exchange.reached?.mounts ?? [];
    return reached.length > recorded.length ? reached : recorded;
  }

  get application(): string | undefined {
    const mount = this.mounts.at(-1);
    return mount === undefined ? this.#name : mount.application.name;
  }

  get status(): number | undefined {
    return this.#answer.headersSent ? this.#answer.statusCode : undefined;
  }

  get bodyBytes(): number | undefined {
    const { headersSent, statusCode } = this.#answer;
    if (!headersSent || this.method === 'HEAD' || statusCode === 204 || statusCode === 304) return 0;
    // The connection of HTTP/2 carries many answers at a time.
    if (this.#request.httpVersionMajor > 1) return undefined;
    const after = this.#bytesAfter ?? this.#request.socket.bytesWritten;
    return Math.max(0, after - this.#bytesBefore - (this.#answer._header?.length ?? 0));
  }

  get durationMs(): number {
    return this.#durationMs ?? performance.now() - this.#startedAt;
  }

  get kind(): Outcome['kind'] {
    if (this.#request[CONTEXT]?.exchange.failure !== undefined) return 'failed';
    return this.#answer.writableFinished ? 'completed' : 'aborted';
  }

  get state(): RequestState | undefined {
    return this.#request[CONTEXT]?.exchange.state;
  }

  header(name: string): string | undefined {
    const value: IncomingMessage['headers'][string] = this.#request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  /** From here on, what the connection sends is this answer. */
  #take(socket: ObservedSocket): void {
    this.#bytesBefore = socket.bytesWritten;
    socket[CURRENT] = this;
  }

  /** A pipelined request's answer waits until those before it are sent; should the connection be lost, `admit` sees to its `close`. */
  #awaitTurn(socket: ObservedSocket): void {
    this.#answer.once?.('socket', () => {
      const before = socket[CURRENT];
      if (before !== undefined) before.#bytesAfter ??= socket.bytesWritten;
      this.#take(socket);
    });
  }

  #end(): void {
    if (this.#durationMs !== undefined) return;
    this.#durationMs = performance.now() - this.#startedAt;
    for (const observer of this.#observers) this.#tell(observer);
  }

  /** An observer that fails costs neither the others nor the process. */
  #tell(observer: Observer): void {
    try {
      observer.ended(this);
    } catch (error) {
      const gateway = this.#request[POINT]?.gateway;
      if (gateway === undefined) console.error(error);
      else gateway.report(error);
    }
  }
}
