import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Application } from '@viaduct/core';
import {
  catchResponseErrors,
  type Context,
  CONTEXT,
  hasBody,
  POINT,
  type RecordedRequest,
  reportFailure,
  RESPONSE,
  TARGET,
  targetBelow,
} from '@viaduct/core/internal';
import { emulate, type EmulatedRequestHead, type EmulateHooks } from '../emulated/exchange.js';
import type { ConnectionFacts } from '../emulated/socket.js';
import type { Arrival } from './arrival.js';

/** An application with a Node face. */
export type NodeApplication = Application & Required<Pick<Application, 'handle'>>;

/**
 * Runs an application's Node face on a `req` and `res` of its own, since the host's are still the host's: its
 * URL stays whole, and its response waits for what the host adds.
 *
 * The same as the application's web face, without a `Request` between two Node requests: half the cost.
 *
 * @throws What the application threw before it sent a head.
 */
export function runOnOwnPair(
  application: NodeApplication,
  { request, context, response }: Arrival,
): Promise<Response> {
  const head = new HostedHead(application, request, context);
  // The exchange reads nothing else of a request whose head it is given.
  const web = new HostedEnd(response, context) as unknown as Request;
  return emulate((own, answer) => application.handle(own, answer), web, head, HOOKS);
}

class HostedHead implements EmulatedRequestHead {
  readonly application: Application;
  readonly request: RecordedRequest;
  readonly context: Context;

  constructor(application: Application, request: RecordedRequest, context: Context) {
    this.application = application;
    this.request = request;
    this.context = context;
  }

  get url(): string {
    return targetBelow(this.context.exchange.target, this.context.basePath);
  }

  get method(): string {
    return this.request.method ?? 'GET';
  }

  get host(): string {
    return this.context.host;
  }

  get httpVersion(): string {
    return this.request.httpVersion;
  }

  get rawHeaders(): readonly string[] {
    return this.request.rawHeaders;
  }

  get upload(): RecordedRequest | undefined {
    return hasBody(this.request) ? this.request : undefined;
  }

  /** The peer that connected, and not the client that a proxy tells of: whom the application trusts, it decides. */
  get connection(): ConnectionFacts {
    return this.request.socket;
  }
}

/** Of a `Request`, its end. */
class HostedEnd {
  readonly #response: ServerResponse;
  readonly #context: Context;

  constructor(response: ServerResponse, context: Context) {
    this.#response = response;
    this.#context = context;
  }

  get body(): null {
    return null;
  }

  /** An abort signal costs as much as the rest of the exchange, and all it would hear is the response's end. */
  get signal(): HostedEnd {
    return this;
  }

  get aborted(): boolean {
    return this.#response.destroyed && !this.#response.writableFinished;
  }

  get reason(): unknown {
    return this.#context.signal.reason;
  }

  addEventListener(_type: 'abort', listener: { handleEvent(): void }): void {
    this.#response.once('close', () => {
      if (this.aborted) listener.handleEvent();
    });
  }

  removeEventListener(): void {}
}

const HOOKS: EmulateHooks<HostedHead> = {
  prepare(own: RecordedRequest, response, { request, context }) {
    const { target } = context.exchange;
    shareHeaders(own, request);
    own.originalUrl = request.originalUrl ?? targetBelow(target, '');
    own[POINT] = context.point;
    own[TARGET] = target;
    own[RESPONSE] = response;
    own[CONTEXT] = context;
    catchResponseErrors(response);
  },
  onLateError(error, { application, context }) {
    reportFailure(error, application, context);
  },
};

/** Node would read the same lines once more, which costs 1 µs; a copy, since each may change its own. */
function shareHeaders(
  own: IncomingMessage,
  { headers, rawHeaders, httpVersionMajor }: IncomingMessage,
): void {
  if (httpVersionMajor === 1 && own.rawHeaders.length === rawHeaders.length) own.headers = { ...headers };
}
